import { errnoOf, messageOf, SmearwatchError } from '../errors.js';
import type { RescanSummary } from './rescan-summary.js';

/** Every sentence of the watcher's, for technicians: which scanner, which folder, what to do. */
interface WatchedFolder {
  readonly name: string;
  readonly folder: string;
}

/** An error of the file system is one of the folder; any other (the ledger cannot be read) stays what it is. */
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
  return error instanceof SmearwatchError && FOLDER_LOST.has(error.code);
}

export function isFolderSilent(error: unknown): boolean {
  return error instanceof SmearwatchError && error.code === 'scanner-folder-silent';
}

const FOLDER_LOST: ReadonlySet<string> = new Set([
  'scanner-folder-missing',
  'scanner-folder-invalid',
  'scanner-folder-unreadable',
]);

function folderMissing({ name, folder }: WatchedFolder, cause: unknown): SmearwatchError {
  return new SmearwatchError(`The folder ${folder} of scanner ${name} does not exist`, {
    code: 'scanner-folder-missing',
    hint: 'Mount it, create it, or correct "folder". Its images are taken in as soon as it is there.',
    cause,
  });
}

function folderInvalid({ name, folder }: WatchedFolder, cause: unknown): SmearwatchError {
  return new SmearwatchError(`The folder ${folder} of scanner ${name} is a file, or lies below one`, {
    code: 'scanner-folder-invalid',
    hint: 'Correct "folder", or put a folder in its place.',
    cause,
  });
}

function folderUnreadable({ name, folder }: WatchedFolder, cause: unknown): SmearwatchError {
  return new SmearwatchError(`The folder ${folder} of scanner ${name} cannot be read: ${messageOf(cause)}`, {
    code: 'scanner-folder-unreadable',
    hint: 'Give the user that runs Smearwatch the right to read and enter it, and check the disk or share.',
    cause,
  });
}

/** @param waitedMs since the last answer. */
export function folderSilent({ name, folder }: WatchedFolder, waitedMs: number): SmearwatchError {
  const seconds = Math.round(waitedMs / 1000);
  return new SmearwatchError(`The folder ${folder} of scanner ${name} has not answered for ${seconds} s`, {
    code: 'scanner-folder-silent',
    hint: 'Check the network share and its server. Its images are taken in as soon as it answers.',
  });
}

/** @param idleMs since the last rescan. */
export function rescanLate(
  { name, folder, rescanIntervalMs }: WatchedFolder & { readonly rescanIntervalMs: number },
  idleMs: number,
): SmearwatchError {
  const [last, every] = [idleMs, rescanIntervalMs].map((ms) => Math.round(ms / 1000));
  return new SmearwatchError(
    `The folder ${folder} of scanner ${name} was last read ${last} s ago, not every ${every} s`,
    {
      code: 'scanner-rescan-late',
      hint: 'The computer is overloaded, or this is a defect: restart the daemon, and report it with its log.',
    },
  );
}

export function folderReplaced({ name, folder }: WatchedFolder): SmearwatchError {
  return new SmearwatchError(`The folder ${folder} of scanner ${name} is another one than before.`, {
    code: 'scanner-folder-replaced',
    hint: 'It was mounted, unmounted or made anew. If it is unexpectedly empty, check that its share is mounted.',
  });
}

/** Undefined where all of the folder was read. */
export function unreadableParts(
  { name, folder }: WatchedFolder,
  { unreadable, firstError }: Pick<RescanSummary, 'unreadable' | 'firstError'>,
): SmearwatchError | undefined {
  if (unreadable === 0) return undefined;
  const entries = unreadable === 1 ? '1 file or folder' : `${unreadable} files or folders`;
  return new SmearwatchError(
    `${entries} in the folder ${folder} of scanner ${name} cannot be read: ${messageOf(firstError)}`,
    {
      code: 'scanner-entries-unreadable',
      hint: 'Give the user that runs Smearwatch the right to read and enter them, and check the disk or share.',
      cause: firstError,
    },
  );
}

export function linksIgnored({ name, folder }: WatchedFolder, summary: RescanSummary): SmearwatchError {
  const { folderLinks, firstFolderLink = '' } = summary;
  return new SmearwatchError(
    `${folderLinks} links in ${folder} of scanner ${name} are not followed, ${firstFolderLink} first: images in folders that they lead to are not seen.`,
    {
      code: 'scanner-links-ignored',
      hint: 'Put the folder itself in their place, or make it a scanner of its own.',
    },
  );
}

/** @param waitedMs since it was first seen. */
export function fileOverdue(
  { name, folder }: WatchedFolder,
  { path, size, waitedMs }: { path: string; size: number; waitedMs: number },
): SmearwatchError {
  return new SmearwatchError(
    `${folder}/${path} of scanner ${name} is still not complete ${Math.round(waitedMs / 1000)} s after it was first seen; it has ${size} bytes now.`,
    {
      code: 'scanner-file-overdue',
      hint: 'Find out what keeps writing it, or why it cannot be looked at. It is classified once it has come to rest.',
    },
  );
}
