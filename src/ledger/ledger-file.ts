import { statSync } from 'node:fs';
import { join } from 'node:path';
import { damaged, missing } from './failures.js';

export function ledgerFile(stateFolder: string): string {
  return join(stateFolder, 'ledger.sqlite');
}

/**
 * Looks, before a ledger is opened, whether there is one: SQLite makes a missing file, takes an empty one for
 * a new database, and removes the log next to it, which may have all that is left. Ours are made as a whole
 * (`new-ledger.ts`), so an empty one has lost what was in it.
 * @throws SmearwatchError `ledger-missing`, `ledger-damaged`
 */
export function requireLedger(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) throw missing(file);
  if (found.size === 0) throw damaged(file, new Error('the file is empty'));
}
