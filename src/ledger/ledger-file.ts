import { statSync } from 'node:fs';
import { join } from 'node:path';
import { damaged } from './failures.js';

export function ledgerFile(stateFolder: string): string {
  return join(stateFolder, 'ledger.sqlite');
}

/**
 * Before a ledger is opened, also for reading only: SQLite takes an empty file for a new database, and removes the log beside it,
 * which may have all that is left. Ours are made as a whole (`new-ledger.ts`), so an empty one has lost what was in it.
 * @throws SmearwatchError `ledger-damaged`
 */
export function refuseEmptyLedger(file: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.size === 0)
    throw damaged(file, new Error('the file is empty'));
}
