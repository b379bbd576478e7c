import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inUse, SQLITE, sqliteCodeOf } from './failures.js';
import { unusable } from './unusable.js';

/** Long enough for a command that only checks whether a daemon runs; a daemon keeps the lock. */
const PATIENCE_MS = 250;

/**
 * Claims a state folder for this process until the returned function is called or the process ends, however
 * it ends: the lock is SQLite's own exclusive file lock, which the operating system takes back, so that no
 * stale lock file can keep a daemon from starting after a power cut.
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
    throw isLocked(cause) ? inUse(stateFolder, cause) : unusable(stateFolder, cause);
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
    if (isLocked(error)) return true;
    throw error;
  } finally {
    connection.close();
  }
}

function isLocked(error: unknown): boolean {
  const code = sqliteCodeOf(error);
  return code === SQLITE.busy || code === SQLITE.locked;
}
