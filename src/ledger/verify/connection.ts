import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { existsSync } from 'node:fs';
import { damaged, isDamage, missing, newer, unopenable } from '../failures.js';
import { refuseEmptyLedger } from '../ledger-file.js';
import { LEDGER_VERSION } from '../schema.js';

export interface OpenedLedger {
  readonly connection: DatabaseSyncInstance;
  readonly version: number;
}

/** A writer holds SQLite's locks for milliseconds. */
const BUSY_TIMEOUT_MS = 10_000;

/**
 * Calls `work` with a ledger that can only be read, also beside a running daemon. An older one is not migrated.
 * @throws SmearwatchError `ledger-missing`, `ledger-newer`, `ledger-damaged` when not even its header can be read or it is empty, `ledger-unopenable`
 */
export function withReadOnly<T>(file: string, work: (opened: OpenedLedger) => T): T {
  if (!existsSync(file)) throw missing(file);
  refuseEmptyLedger(file);
  const connection = openReadOnly(file);
  try {
    const version = versionOf(connection, file);
    if (version > LEDGER_VERSION) throw newer(file, version, LEDGER_VERSION);
    return work({ connection, version });
  } finally {
    connection.close();
  }
}

function openReadOnly(file: string): DatabaseSyncInstance {
  try {
    return new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  } catch (error) {
    throw isDamage(error) ? damaged(file, error) : unopenable(file, error);
  }
}

function versionOf(connection: DatabaseSyncInstance, file: string): number {
  try {
    return (connection.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
  } catch (error) {
    throw isDamage(error) ? damaged(file, error) : unopenable(file, error);
  }
}
