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
      hint: 'Check their permissions, and that their names are UTF-8; they are tried again at every rescan.',
      cause: firstError,
    },
  );
}
