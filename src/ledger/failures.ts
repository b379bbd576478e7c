import { messageOf, SmearwatchError } from '../errors.js';

const MEND =
  'Stop the daemon, then run `smearwatch ledger repair --config <its configuration>`: it recovers what can be read and keeps the ' +
  'damaged file. A backup is put back as docs/operations.md says; `smearwatch ledger verify` shows the damage.';

/** SQLite's sentences for SQLITE_CORRUPT and SQLITE_NOTADB; the binding gives the code with some calls only, not with `all`. */
const DAMAGE = /disk image is malformed|malformed database schema|file is not a database/;

/** Whether SQLite found a file's content to be wrong, not only out of reach. */
export function isDamage(error: unknown): boolean {
  return error instanceof Error && DAMAGE.test(error.message);
}

/** Whether SQLite refused a statement for what it says, which says nothing about the file. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && /constraint failed/.test(error.message);
}

export function damaged(file: string, cause: unknown): SmearwatchError {
  return new SmearwatchError(`The ledger ${file} is damaged: ${messageOf(cause)}`, {
    code: 'ledger-damaged',
    hint: MEND,
    cause,
  });
}

export function logWithoutLedger(file: string): SmearwatchError {
  return new SmearwatchError(`The ledger ${file} is gone, but its write-ahead log is still there`, {
    code: 'ledger-damaged',
    hint:
      'Put the ledger back beside its log, or a backup in the place of both (docs/operations.md). To begin with an empty ledger, ' +
      'move ledger.sqlite-wal away, too.',
  });
}

export function inUse(stateFolder: string, cause: unknown): SmearwatchError {
  return new SmearwatchError(`Another Smearwatch daemon works in ${stateFolder}`, {
    code: 'ledger-in-use',
    hint: 'Stop the other one, or give this one a stateFolder of its own.',
    cause,
  });
}

export function unopenable(file: string, cause: unknown): SmearwatchError {
  return new SmearwatchError(`The ledger ${file} cannot be opened: ${messageOf(cause)}`, {
    code: 'ledger-unopenable',
    hint: 'Check that the state folder exists on a local disk, is writable by this user, and that the disk is not full.',
    cause,
  });
}

export function newer(file: string, version: number, known: number): SmearwatchError {
  return new SmearwatchError(
    `The ledger ${file} has version ${version}; this Smearwatch knows versions up to ${known}`,
    {
      code: 'ledger-newer',
      hint:
        'Install the Smearwatch that wrote it, or a later one; `smearwatch ledger repair` cannot go back. To go back, put back a ' +
        'backup that the older one made (`smearwatch ledger backup`, docs/operations.md).',
    },
  );
}

/** Refuses rather than converts: what results files and sinks have is the same either way. */
export function tooOld(file: string): SmearwatchError {
  return new SmearwatchError(
    `The ledger ${file} is from before ledger version 1; this Smearwatch cannot read it`,
    {
      code: 'ledger-too-old',
      hint:
        'Stop the daemon and move ledger.sqlite, ledger.sqlite-wal and ledger.sqlite-shm away, or name another stateFolder: the next ' +
        '`smearwatch run` makes a new ledger. What sinks have received stays. Images that are still in a scanner folder are classified and delivered ' +
        'again, unless they are moved elsewhere or excluded (scanners[].exclude) first. docs/operations.md says more.',
    },
  );
}

export function missing(file: string): SmearwatchError {
  return new SmearwatchError(`There is no ledger ${file}`, {
    code: 'ledger-missing',
    hint: 'It is made by the first `smearwatch run`. Is this the right configuration or state folder?',
  });
}

export function unrecoverable(file: string, why: string, cause?: unknown): SmearwatchError {
  return new SmearwatchError(`Nothing of the ledger ${file} can be recovered: ${why}`, {
    code: 'ledger-unrecoverable',
    hint:
      'Put back a backup (docs/operations.md). Without one, move ledger.sqlite and ledger.sqlite-wal away: the daemon then makes an ' +
      'empty ledger and classifies again what lies in the folders.',
    cause,
  });
}

export function repairUnfinished(file: string): SmearwatchError {
  return new SmearwatchError(`A repair of the ledger ${file} was interrupted`, {
    code: 'ledger-in-repair',
    hint: 'The next `smearwatch run`, or `smearwatch ledger repair`, finishes it.',
  });
}
