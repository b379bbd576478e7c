import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { damaged, newer, tooOld } from './failures.js';
import { APPLICATION_ID, SCHEMA_VERSION_1 } from './schema.js';
import { STEPS } from './steps/steps.js';

export const LEDGER_VERSION = 1 + STEPS.length;

/** The last version of the ledgers that have no application id. */
const LAST_WITHOUT_ID = 8;

/** The SQL that makes a ledger of the present version in an empty database. */
export function newLedgerSql(): string {
  return `${SCHEMA_VERSION_1} PRAGMA application_id = ${APPLICATION_ID}; ${stepsFrom(1, STEPS)}`;
}

/**
 * The version in a ledger's header, which is all that is read.
 * @throws SmearwatchError `ledger-too-old`, `ledger-newer`, `ledger-damaged` where it is no ledger
 */
export function versionOf(connection: DatabaseSyncInstance, file: string, known = LEDGER_VERSION): number {
  const id = headerNumber(connection, 'application_id');
  const version = headerNumber(connection, 'user_version');
  if (id === 0 && version >= 1 && version <= LAST_WITHOUT_ID) throw tooOld(file);
  if (id !== APPLICATION_ID || version < 1)
    throw damaged(file, new Error('its header is not that of a ledger'));
  if (version > known) throw newer(file, version, known);
  return version;
}

/**
 * Applies the steps that a ledger of `version` lacks, all in one transaction: interrupted, it stays as it
 * was. Another process may have applied them since the version was read, so it is read again inside.
 * @param steps others than the released ones in tests only
 */
export function applySteps(
  connection: DatabaseSyncInstance,
  file: string,
  version: number,
  steps = STEPS,
): void {
  const known = 1 + steps.length;
  if (version === known) return;
  connection.exec('BEGIN IMMEDIATE');
  try {
    connection.exec(`${stepsFrom(versionOf(connection, file, known), steps)} COMMIT`);
  } catch (error) {
    // A full disk has rolled it back already.
    if (connection.isTransaction) connection.exec('ROLLBACK');
    throw error;
  }
}

function stepsFrom(version: number, steps: readonly string[]): string {
  return `${steps.slice(version - 1).join('\n;\n')}\n; PRAGMA user_version = ${1 + steps.length};`;
}

function headerNumber(connection: DatabaseSyncInstance, name: 'application_id' | 'user_version'): number {
  const row = connection.prepare(`PRAGMA ${name}`).get() as Record<typeof name, number>;
  return row[name];
}
