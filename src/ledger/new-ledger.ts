import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { existsSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { replaceFileBySync } from '../files/replace-file.js';
import { logWithoutLedger, unopenable } from './failures.js';
import { newLedgerSql } from './version.js';

/**
 * Makes a ledger if the state folder has none. The caller holds the state folder's lock. It appears complete,
 * by a rename: SQLite by itself leaves an empty file when it is killed between creating it and writing to it,
 * which would look like a ledger that has lost everything.
 * @throws SmearwatchError `ledger-unopenable`; `ledger-damaged` where the log of a lost ledger is still
 *   there: SQLite would apply it to the new one
 */
export function makeMissingLedger(file: string): void {
  if (existsSync(file)) return;
  if ((statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) throw logWithoutLedger(file);
  const made = join(dirname(file), 'ledger-new.sqlite');
  for (const suffix of ['', '-journal']) rmSync(`${made}${suffix}`, { force: true });
  const removeOldLog = (): void => {
    for (const suffix of ['-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
  };
  replaceFileBySync(file, write, { temporary: made, beforeRename: removeOldLog });
}

/** Without a write-ahead log, which belongs to a name. */
function write(file: string): void {
  let connection: DatabaseSyncInstance | undefined;
  try {
    connection = new DatabaseSync(file);
    connection.exec(`BEGIN; ${newLedgerSql()} COMMIT`);
  } catch (cause) {
    throw unopenable(file, cause);
  } finally {
    connection?.close();
  }
}
