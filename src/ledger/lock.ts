import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, SmearwatchError } from '../errors.js';

/** Long enough for somebody who only looks whether a daemon runs; a daemon keeps the lock. */
const PATIENCE_MS = 250;

/**
 * Claims a state folder for this process until the returned function is called or the process ends, however it ends:
 * the lock is SQLite's own exclusive file lock, which the operating system takes back, so that no stale lock file can
 * keep a daemon from starting after a power cut.
 * @throws SmearwatchError `ledger-in-use`, `ledger-unopenable`
 */
export function lockState(stateFolder: string): () => void {
  const file = join(stateFolder, 'daemon.lock');
  let connection: DatabaseSyncInstance | undefined;
  try {
    mkdirSync(stateFolder, { recursive: true });
    connection = new DatabaseSync(file, { timeout: PATIENCE_MS });
    connection.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    connection?.close();
    const isInUse = /locked|busy/i.test(messageOf(cause));
    throw new SmearwatchError(
      isInUse
        ? `Another Smearwatch daemon works in ${stateFolder}`
        : `The state folder ${stateFolder} cannot be used: ${messageOf(cause)}`,
      {
        code: isInUse ? 'ledger-in-use' : 'ledger-unopenable',
        hint: isInUse
          ? 'Stop the other one, or give this one a stateFolder of its own.'
          : 'Check that the folder can be created and written by this user.',
        cause,
      },
    );
  }
  const held = connection;
  return () => {
    held.close();
  };
}

/** Whether a daemon (or a repair) has a state folder at this moment. Changes nothing. */
export function isStateInUse(stateFolder: string): boolean {
  const file = join(stateFolder, 'daemon.lock');
  if (!existsSync(file)) return false;
  const connection = new DatabaseSync(file, { readOnly: true });
  try {
    connection.prepare('SELECT 1 FROM sqlite_schema').get();
    return false;
  } catch (error) {
    if (/locked|busy/i.test(messageOf(error))) return true;
    throw error;
  } finally {
    connection.close();
  }
}
