import { lstat, readFile, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '../errors.js';
import type { ResultRecord } from '../record.js';
import { isNameRefused } from './refused-name.js';
import { plainResultFile, resultFile } from './result-file.js';

/** For whom a JSON sink has written a document. */
export interface DocumentOwner {
  readonly scanner: string;
  /** Relative to the scanner's folder, with forward slashes. */
  readonly path: string;
  /** Of the image. */
  readonly sha256: string;
}

/** A document has a few kilobytes; a larger file is somebody else's. */
const LARGEST_BYTES = 1_048_576;

/** How many documents went: one, or two where one has a plain name from another time. */
export interface Removal {
  readonly removed: number;
  /** One was written since, for the image was delivered again: it stays. */
  readonly isYoung: boolean;
}

/**
 * Removes an image's document from the folder of a JSON sink, if it was written before `beforeMs`, and the
 * folders that are empty then below the scanner's. A file of that name which is not this image's document, a
 * link included, is left alone.
 * @throws where it cannot be told or done
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

/** Undefined of what is not this image's document. */
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
    // No JSON, or none of an object.
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The sink made them for documents, and makes them again. */
async function removeEmpty(folder: string, end: string): Promise<void> {
  for (let empty = folder; empty !== end; empty = dirname(empty)) {
    try {
      await rmdir(empty);
    } catch {
      return; // Something is in it, or it may not be removed: it is in nobody's way.
    }
  }
}
