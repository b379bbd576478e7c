import { lstat, readFile, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '../errors.js';
import type { ResultRecord } from '../record.js';
import { isNameRefused } from './refused-name.js';
import { plainResultFile, resultFile } from './result-file.js';

/** The image that a JSON sink has written a document for. */
export interface DocumentOwner {
  readonly scanner: string;
  /** Relative to the scanner's folder, with forward slashes. */
  readonly path: string;
  /** SHA-256 of the image. */
  readonly sha256: string;
}

/** Largest document. A document has a few kilobytes; a larger file is not ours. */
const LARGEST_BYTES = 1_048_576;

/** Number of documents removed: one, or two if one was written under a plain name earlier. */
export interface Removal {
  readonly removed: number;
  /** Whether a newer document was found, because the image was delivered again: it stays. */
  readonly isYoung: boolean;
}

/**
 * Removes an image's document from the folder of a JSON sink if it was written before `beforeMs`, and then
 * the folders below the scanner's that are empty. A file of that name that is not this image's document, also
 * a link, is left alone.
 * @throws when the file cannot be read or removed
 */
export async function removeDocument(
  folder: string,
  owner: DocumentOwner,
  beforeMs: number,
): Promise<Removal> {
  let [removed, isYoung] = [0, false];
  for (const file of [resultFile(folder, owner), plainResultFile(folder, owner)]) {
    const writtenMs = await whenWritten(owner, file);
    if (writtenMs === undefined) continue;
    isYoung ||= writtenMs >= beforeMs;
    if (writtenMs >= beforeMs) continue;
    await rm(file);
    removed += 1;
    await removeEmpty(dirname(file), join(folder, owner.scanner));
  }
  return { removed, isYoung };
}

/** Time at which the document was written; undefined if the file is not this image's document. */
async function whenWritten(owner: DocumentOwner, file: string): Promise<number | undefined> {
  try {
    const stats = await lstat(file);
    if (!stats.isFile() || stats.size > LARGEST_BYTES) return undefined;
    const { image } = JSON.parse(await readFile(file, 'utf8')) as Partial<ResultRecord>;
    const isOwners =
      image?.sha256 === owner.sha256 && image.scanner === owner.scanner && image.path === owner.path;
    return isOwners ? stats.mtimeMs : undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || isNameRefused(error)) return undefined;
    // Not JSON, or not an object.
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Removes empty folders. The sink made them for documents, and makes them again when needed. */
async function removeEmpty(folder: string, end: string): Promise<void> {
  for (let empty = folder; empty !== end; empty = dirname(empty)) {
    try {
      await rmdir(empty);
    } catch {
      return; // The folder is not empty, or may not be removed: it does no harm.
    }
  }
}
