import { messageOf, SmearwatchError } from '../errors.js';

/**
 * SQLite's sentences for SQLITE_CORRUPT and SQLITE_NOTADB; the binding gives the code with some calls only,
 * not with `all`.
 */
const DAMAGE = /disk image is malformed|malformed database schema|file is not a database/;

/** SQLite's primary result codes that a caller handles (https://sqlite.org/rescode.html). */
export const SQLITE = { error: 1, busy: 5, locked: 6, constraint: 19, mismatch: 20 } as const;

/** SQLite's primary result code. The binding gives none with `all`. */
export function sqliteCodeOf(error: unknown): number | undefined {
  const isCoded = error instanceof Error && 'errcode' in error && typeof error.errcode === 'number';
  return isCoded ? (error.errcode as number) & 0xff : undefined;
}

/** Whether SQLite found a file's content to be wrong, not only out of reach. */
export function isDamage(error: unknown): boolean {
  return error instanceof Error && DAMAGE.test(error.message);
}

/** Whether SQLite refused a statement for what it says, which says nothing about the file. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && /constraint failed/.test(error.message);
}

export function damaged(file: string, cause: unknown): SmearwatchError {
  return new SmearwatchError('ledger-damaged', `The ledger ${file} is damaged: ${messageOf(cause)}`, {
    cause,
  });
}

export function logWithoutLedger(file: string): SmearwatchError {
  return new SmearwatchError(
    'ledger-damaged',
    `The ledger ${file} is gone, but its write-ahead log is still there`,
    {
      hint:
        'Put the ledger back beside its log, or a backup in the place of both (docs/operations.md). To begin with an empty ledger, ' +
        'move ledger.sqlite-wal away, too.',
    },
  );
}

export function inUse(stateFolder: string, cause: unknown): SmearwatchError {
  return new SmearwatchError('ledger-in-use', `Another Smearwatch daemon works in ${stateFolder}`, { cause });
}

export function unopenable(file: string, cause: unknown): SmearwatchError {
  return new SmearwatchError(
    'ledger-unopenable',
    `The ledger ${file} cannot be opened: ${messageOf(cause)}`,
    { cause },
  );
}

export function newer(file: string, version: number, known: number): SmearwatchError {
  return new SmearwatchError(
    'ledger-newer',
    `The ledger ${file} has version ${version}; this Smearwatch knows versions up to ${known}`,
  );
}

/** Refuses rather than converts: what results files and sinks have is the same either way. */
export function tooOld(file: string): SmearwatchError {
  return new SmearwatchError(
    'ledger-too-old',
    `The ledger ${file} is from before ledger version 1; this Smearwatch cannot read it`,
  );
}

export function missing(file: string): SmearwatchError {
  return new SmearwatchError('ledger-missing', `There is no ledger ${file}`);
}

export function unrecoverable(file: string, why: string, cause?: unknown): SmearwatchError {
  return new SmearwatchError(
    'ledger-unrecoverable',
    `Nothing of the ledger ${file} can be recovered: ${why}`,
    { cause },
  );
}

export function repairUnfinished(file: string): SmearwatchError {
  return new SmearwatchError('ledger-in-repair', `A repair of the ledger ${file} was interrupted`);
}
