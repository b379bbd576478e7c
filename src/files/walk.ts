import { lstat as lstatWithCallback, type Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { fileCodeOf } from '../errors.js';
import type { FileFilter } from './file-patterns.js';
import { forEachLimited } from './limited.js';
import { isLossyName, type SeenFile } from './seen-file.js';

/** What one look at an image's name showed, besides folders. */
export interface FoundFile extends SeenFile {
  /** Since when it has been there like this, rename included. */
  readonly ctimeMs: number;
  readonly inode: number;
  /**
   * False: a link, socket, FIFO or device, a name that is not UTF-8, or a path that is too long (also a
   * folder's, whose images cannot even be listed). It is queued all the same: the pipeline quarantines it
   * with a reason, so that its owner does not wait for a result.
   */
  readonly isRegular: boolean;
}

/** What a walk met besides the files it gave. */
export interface WalkTally {
  files: number;
  /** Symbolic links with an image's name: never followed, so that nothing outside the folder is read. */
  links: number;
  /** Sockets, FIFOs and devices with an image's name. */
  others: number;
  /** Other links, which may lead to folders of images: not followed either. */
  folderLinks: number;
  firstFolderLink: string | undefined;
  /** Files and folders that could not be looked at (permission, a failing disk …). */
  unreadable: number;
  firstError: unknown;
}

export const emptyTally = (): WalkTally => ({
  files: 0,
  links: 0,
  others: 0,
  folderLinks: 0,
  firstFolderLink: undefined,
  unreadable: 0,
  firstError: undefined,
});

export interface WalkOptions {
  readonly filter: FileFilter;
  readonly signal: AbortSignal;
  readonly tally: WalkTally;
  readonly isRecursive: boolean;
}

const CHUNK_FILES = 256;
/**
 * A lower limit costs more CPU (more wake-ups); a higher one delays the images in libuv's threads. Sixteen
 * was measured to be best.
 */
const LOOKS_AT_ONCE = 16;
/** The promise of `node:fs/promises` costs a third more CPU, which counts at 100,000 files. */
const lstat = promisify(lstatWithCallback);

/**
 * The images below `folder` (relative to `root`, '' for all), a few hundred at a time, in no order. Holds one
 * folder open and one chunk in memory, and reads on only when the consumer asks for more. Throws when the
 * first folder cannot be read; what fails below it is counted.
 */
export async function* walkImages(
  root: string,
  folder: string,
  options: WalkOptions,
): AsyncGenerator<FoundFile[], void> {
  const { signal, tally, isRecursive } = options;
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    try {
      for await (const { images, subfolders } of readFolder(root, next, options)) {
        if (isRecursive) folders.push(...subfolders);
        yield await lookAtAll(root, images, tally);
        if (signal.aborted) return;
      }
    } catch (error) {
      if (next === folder) throw error;
      if (cannotBeNamed(error, next)) yield [unnameable(next)];
      else countFailure(error, tally);
    }
  }
}

/** One look at one path, or undefined where there is a folder. Links are looked at, not through. */
export async function lookAt(root: string, path: string): Promise<FoundFile | undefined> {
  const stats = await lstat(`${root}/${path}`).catch((error: unknown) => {
    if (cannotBeNamed(error, path)) return undefined;
    throw error;
  });
  if (stats === undefined) return unnameable(path);
  if (stats.isDirectory()) return undefined;
  const { size, mtimeMs, ctimeMs, ino: inode } = stats;
  return { path, size, mtimeMs, ctimeMs, inode, isRegular: stats.isFile() };
}

/**
 * Returns true for a file that is listed but cannot be opened: its name is not UTF-8, or its path is longer
 * than the system accepts.
 */
function cannotBeNamed(error: unknown, path: string): boolean {
  return isTooLong(error) || (isGone(error) && isLossyName(path));
}

/** The same at every look, so that it is queued once. */
function unnameable(path: string): FoundFile {
  return { path, size: 0, mtimeMs: 0, ctimeMs: 0, inode: 0, isRegular: false };
}

/** Gone between two looks, which is no failure: scanners rename and technicians tidy up. */
export function isGone(error: unknown): boolean {
  return fileCodeOf(error) === 'file-vanished';
}

/** The path is longer than the system takes, 4095 bytes on Linux. */
export function isTooLong(error: unknown): boolean {
  return fileCodeOf(error) === 'path-too-long';
}

interface FolderChunk {
  images: string[];
  subfolders: string[];
}

async function* readFolder(
  root: string,
  folder: string,
  { filter, tally }: WalkOptions,
): AsyncGenerator<FolderChunk, void> {
  let chunk: FolderChunk = { images: [], subfolders: [] };
  for await (const entry of await opendir(`${root}/${folder}`, { bufferSize: CHUNK_FILES })) {
    sort(entry, folder === '' ? entry.name : `${folder}/${entry.name}`, { filter, tally, chunk });
    if (chunk.images.length < CHUNK_FILES) continue;
    yield chunk;
    chunk = { images: [], subfolders: [] };
  }
  yield chunk;
}

function sort(
  entry: Dirent,
  path: string,
  { filter, tally, chunk }: { filter: FileFilter; tally: WalkTally; chunk: FolderChunk },
): void {
  if (entry.isDirectory()) {
    // A folder is a folder, also when it is called x.png.
    if (filter.isWatchedFolder(path)) chunk.subfolders.push(path);
  } else if (filter.isImage(path)) {
    chunk.images.push(path);
    if (entry.isSymbolicLink()) tally.links += 1;
    else if (!entry.isFile()) tally.others += 1;
  } else if (entry.isSymbolicLink() && filter.isWatchedFolder(path)) {
    tally.folderLinks += 1;
    tally.firstFolderLink ??= path;
  }
}

async function lookAtAll(root: string, paths: readonly string[], tally: WalkTally): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  await forEachLimited(paths, LOOKS_AT_ONCE, async (path) => {
    try {
      const file = await lookAt(root, path);
      if (file !== undefined) found.push(file);
    } catch (error) {
      countFailure(error, tally);
    }
  });
  tally.files += found.filter(({ isRegular }) => isRegular).length;
  return found;
}

function countFailure(error: unknown, tally: WalkTally): void {
  if (isGone(error)) return;
  tally.unreadable += 1;
  tally.firstError ??= error;
}
