import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { SmearwatchError } from '../../errors.js';
import { damaged, isDamage, unopenable } from '../failures.js';
import { requireLedger } from '../ledger-file.js';
import { versionOf } from '../version.js';

export interface OpenedLedger {
  readonly connection: DatabaseSyncInstance;
  readonly version: number;
}

/** A writer holds SQLite's locks for milliseconds. */
const BUSY_TIMEOUT_MS = 10_000;

/**
 * Calls `work` with a ledger that can only be read, also beside a running daemon. No steps are applied to one
 * that lacks some.
 * @throws SmearwatchError `ledger-missing`, `ledger-too-old`, `ledger-newer`, `ledger-damaged` when not even
 *   its header can be read or it is empty, `ledger-unopenable`
 */
export function withReadOnly<T>(file: string, work: (opened: OpenedLedger) => T): T {
  requireLedger(file);
  const connection = openReadOnly(file);
  try {
    return work({ connection, version: readVersion(connection, file) });
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

function readVersion(connection: DatabaseSyncInstance, file: string): number {
  try {
    return versionOf(connection, file);
  } catch (error) {
    if (error instanceof SmearwatchError) throw error;
    throw isDamage(error) ? damaged(file, error) : unopenable(file, error);
  }
}
