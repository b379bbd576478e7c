import { messageOf, SmearwatchError } from '../errors.js';
import type { RescanSummary } from './rescan-summary.js';
import { isGone } from './walk.js';

/** Every sentence of the watcher's, for technicians: which scanner, which folder, what to do. */
interface Watched {
  readonly name: string;
  readonly folder: string;
}

export function rescanFailed({ name, folder }: Watched, cause: unknown): unknown {
  if (!isGone(cause)) return cause;
  return new SmearwatchError(`The folder ${folder} of scanner ${name} is not there.`, {
    code: 'scanner-folder-missing',
    hint: 'Mount it, create it, or correct "folder"; it is looked for again at every rescan, and nothing is forgotten.',
    cause,
  });
}

export function folderReplaced({ name, folder }: Watched): SmearwatchError {
  return new SmearwatchError(`The folder ${folder} of scanner ${name} is another one than before.`, {
    code: 'scanner-folder-replaced',
    hint: 'It was mounted, unmounted or made anew. If it is unexpectedly empty, check that its share is mounted.',
  });
}

export function entriesUnreadable({ name, folder }: Watched, summary: RescanSummary): SmearwatchError {
  const { unreadable, firstError } = summary;
  return new SmearwatchError(
    `${unreadable} files or folders in ${folder} of scanner ${name} cannot be looked at: ${messageOf(firstError)}`,
    {
      code: 'scanner-entries-unreadable',
      hint: 'Check their permissions, and the disk or share; they are tried again at every rescan.',
      cause: firstError,
    },
  );
}

export function linksIgnored({ name, folder }: Watched, summary: RescanSummary): SmearwatchError {
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
  { name, folder }: Watched,
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
