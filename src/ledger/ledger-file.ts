import { join } from 'node:path';

export function ledgerFile(stateFolder: string): string {
  return join(stateFolder, 'ledger.sqlite');
}
