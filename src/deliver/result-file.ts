import { basename, dirname, join } from 'node:path';
import { hashOfPath, plainName } from './refused-name.js';

/** Longest file name that every common file system accepts, in bytes. */
const LONGEST_NAME_BYTES = 255;
const CUT_BYTES = 200;
const SUFFIX = '.json';

interface NamedFile {
  readonly scanner: string;
  /** Relative to the scanner's folder, with forward slashes. */
  readonly path: string;
}

/**
 * Path of an image's document: `<scanner>/<path of the image>.json`. A name that leaves no room for the
 * suffix is cut and made unique by a hash of the path: copies of an image have the same bytes and may begin
 * with the same name.
 */
export function resultFile(folder: string, { scanner, path }: NamedFile): string {
  const name = basename(path);
  const fits = Buffer.byteLength(name) + SUFFIX.length <= LONGEST_NAME_BYTES;
  const stem = fits ? name : `${cutBytes(name, CUT_BYTES)}-${hashOfPath(path)}`;
  return join(folder, scanner, dirname(path), stem + SUFFIX);
}

/** Path of the document when the results' file system refuses the usual name: without folders. */
export function plainResultFile(folder: string, { scanner, path }: NamedFile): string {
  return join(folder, scanner, plainName(path, SUFFIX));
}

function cutBytes(text: string, bytes: number): string {
  return new TextDecoder().decode(Buffer.from(text).subarray(0, bytes)).replace(/\uFFFD+$/, '');
}
