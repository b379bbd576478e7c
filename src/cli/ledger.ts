import { defineGroup } from './command.js';
import { backupCommand } from './ledger/backup.js';
import { repairCommand } from './ledger/repair.js';
import { verifyCommand } from './ledger/verify.js';

export const ledgerCommand = defineGroup({
  command: 'ledger',
  describe: 'The ledger of files and results: verify it, back it up, repair it.',
  commands: [verifyCommand, backupCommand, repairCommand],
});
