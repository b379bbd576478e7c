import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf, messageOf, SmearwatchError } from '../errors.js';

interface UnusableReason {
  readonly what: string;
  readonly hint: string;
}

/** Reasons by the operating system's error code. */
const REASONS: Readonly<Record<string, UnusableReason>> = {
  EROFS: {
    what: 'its file system is read-only',
    hint: 'Mount it writable, or set stateFolder to a folder on another disk. Under systemd, name it in ReadWritePaths= of the unit.',
  },
  EACCES: { what: 'this user may not write there', hint: 'Give this user the right to write there.' },
  EPERM: { what: 'this user may not write there', hint: 'Give this user the right to write there.' },
  ENOSPC: { what: 'its disk is full', hint: 'Make room on the disk.' },
  EDQUOT: { what: "this user's quota is used up", hint: 'Make room, or raise the quota.' },
  ENOTDIR: { what: 'it is a file, or inside one', hint: 'Set stateFolder to a folder.' },
  EEXIST: { what: 'it is a file', hint: 'Set stateFolder to a folder.' },
};

const UNKNOWN_HINT = 'Check that the folder can be created and written by this user.';

/**
 * Makes the error for a state folder that cannot be used. SQLite says "unable to open database file" for
 * every reason, so the operating system is asked.
 */
export function unusable(stateFolder: string, cause: unknown): SmearwatchError {
  const reason = REASONS[errnoOf(cause) ?? ''] ?? REASONS[errnoOfWriting(stateFolder) ?? ''];
  return new SmearwatchError(
    'ledger-unopenable',
    `The state folder ${stateFolder} cannot be used: ${reason?.what ?? messageOf(cause)}`,
    { hint: reason?.hint ?? UNKNOWN_HINT, cause },
  );
}

function errnoOfWriting(folder: string): string | undefined {
  if (!existsSync(folder) && dirname(folder) !== folder) return errnoOfWriting(dirname(folder));
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return errnoOf(error);
  }
}
