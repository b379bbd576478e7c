import { basename, dirname, join } from 'node:path';
import { hashOfPath, plainName } from './refused-name.js';

/** Longest file name that every common file system takes, in bytes. */
const LONGEST_NAME_BYTES = 255;
const CUT_BYTES = 200;
const SUFFIX = '.json';

interface NamedFile {
  readonly scanner: string;
  /** Relative to the scanner's folder, with forward slashes. */
  readonly path: string;
}

/**
 * The document of an image: `<scanner>/<path of the image>.json`. A name that leaves no room for the suffix
 * is cut, and told apart from others by a hash of the path: copies of an image have the same bytes and may
 * have the same beginning.
 */
export function resultFile(folder: string, { scanner, path }: NamedFile): string {
  const name = basename(path);
  const fits = Buffer.byteLength(name) + SUFFIX.length <= LONGEST_NAME_BYTES;
  const stem = fits ? name : `${cutBytes(name, CUT_BYTES)}-${hashOfPath(path)}`;
  return join(folder, scanner, dirname(path), stem + SUFFIX);
}

/** Where the document lies when the file system of the results refuses that name: without folders. */
export function plainResultFile(folder: string, { scanner, path }: NamedFile): string {
  return join(folder, scanner, plainName(path, SUFFIX));
}

function cutBytes(text: string, bytes: number): string {
  return new TextDecoder().decode(Buffer.from(text).subarray(0, bytes)).replace(/\uFFFD+$/, '');
}
