import { errnoOf, hasCode, isFolderAway, messageOf, SmearwatchError } from '../errors.js';
import type { RescanSummary } from './rescan-summary.js';

/** Every sentence of the watcher's, for technicians: which scanner, which folder, what to do. */
interface WatchedFolder {
  readonly name: string;
  readonly folder: string;
}

/**
 * An error of the file system is one of the folder; any other (the ledger cannot be read) stays what it is.
 */
export function rescanFailed(scanner: WatchedFolder, cause: unknown): unknown {
  if (!(cause instanceof Error) || !('syscall' in cause)) return cause;
  switch (errnoOf(cause)) {
    case 'ENOENT':
      return folderMissing(scanner, cause);
    case 'ENOTDIR':
      return folderInvalid(scanner, cause);
    default:
      return folderUnreadable(scanner, cause);
  }
}

/** Whether it is the scanner's folder itself that keeps a rescan from reading anything. */
export function isFolderLost(error: unknown): boolean {
  return isFolderAway(error);
}

export function isFolderSilent(error: unknown): boolean {
  return hasCode(error, 'scanner-folder-silent');
}

function folderMissing({ name, folder }: WatchedFolder, cause: unknown): SmearwatchError {
  return new SmearwatchError(
    'scanner-folder-missing',
    `The folder ${folder} of scanner ${name} does not exist`,
    { cause },
  );
}

function folderInvalid({ name, folder }: WatchedFolder, cause: unknown): SmearwatchError {
  return new SmearwatchError(
    'scanner-folder-invalid',
    `The folder ${folder} of scanner ${name} is a file, or inside one`,
    { cause },
  );
}

function folderUnreadable({ name, folder }: WatchedFolder, cause: unknown): SmearwatchError {
  return new SmearwatchError(
    'scanner-folder-unreadable',
    `The folder ${folder} of scanner ${name} cannot be read: ${messageOf(cause)}`,
    { cause },
  );
}

/** @param waitedMs since the last answer. */
export function folderSilent({ name, folder }: WatchedFolder, waitedMs: number): SmearwatchError {
  const seconds = Math.round(waitedMs / 1000);
  return new SmearwatchError(
    'scanner-folder-silent',
    `The folder ${folder} of scanner ${name} has not answered for ${seconds} s`,
  );
}

/** @param idleMs since the last rescan. */
export function rescanLate(
  { name, folder, rescanIntervalMs }: WatchedFolder & { readonly rescanIntervalMs: number },
  idleMs: number,
): SmearwatchError {
  const [last, every] = [idleMs, rescanIntervalMs].map((ms) => Math.round(ms / 1000));
  return new SmearwatchError(
    'scanner-rescan-late',
    `The folder ${folder} of scanner ${name} was last read ${last} s ago, not every ${every} s`,
  );
}

export function folderReplaced({ name, folder }: WatchedFolder): SmearwatchError {
  return new SmearwatchError(
    'scanner-folder-replaced',
    `The folder ${folder} of scanner ${name} is another one than before.`,
  );
}

/** Undefined where all of the folder was read. */
export function unreadableParts(
  { name, folder }: WatchedFolder,
  { unreadable, firstError }: Pick<RescanSummary, 'unreadable' | 'firstError'>,
): SmearwatchError | undefined {
  if (unreadable === 0) return undefined;
  const entries = unreadable === 1 ? '1 file or folder' : `${unreadable} files or folders`;
  return new SmearwatchError(
    'scanner-entries-unreadable',
    `${entries} in the folder ${folder} of scanner ${name} cannot be read: ${messageOf(firstError)}`,
    { cause: firstError },
  );
}

export function linksIgnored({ name, folder }: WatchedFolder, summary: RescanSummary): SmearwatchError {
  const { folderLinks, firstFolderLink = '' } = summary;
  return new SmearwatchError(
    'scanner-links-ignored',
    `${folderLinks} links in ${folder} of scanner ${name} are not followed, ${firstFolderLink} first: images in folders that they lead to are not seen.`,
  );
}

/** @param waitedMs since it was first seen. */
export function fileOverdue(
  { name, folder }: WatchedFolder,
  { path, size, waitedMs }: { path: string; size: number; waitedMs: number },
): SmearwatchError {
  return new SmearwatchError(
    'scanner-file-overdue',
    `${folder}/${path} of scanner ${name} is still not complete ${Math.round(waitedMs / 1000)} s after it was first seen; it has ${size} bytes now.`,
  );
}
