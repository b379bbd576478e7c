import { exportCommand } from './audit/export.js';
import { listCommand } from './audit/list.js';
import { verifyCommand } from './audit/verify.js';
import { defineGroup } from './command.js';

export const auditCommand = defineGroup({
  command: 'audit',
  describe: 'The audit trail: what was started, configured, promoted, labelled; list, verify, export it.',
  commands: [listCommand, verifyCommand, exportCommand],
});
