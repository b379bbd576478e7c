import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { commandActor } from '../../audit/actor.js';
import { EXIT } from '../../errors.js';
import { defineCommand } from '../command.js';
import { stateFolderOf } from '../open-ledger.js';
import { configOption, jsonOption, stateOption } from '../options.js';
import { formatBytes, printJson, printLine } from '../output.js';

export const backupCommand = defineCommand({
  command: 'backup <to>',
  describe: 'Copy the ledger as it is at this moment, verified, while the daemon runs.',
  positionals: {
    to: {
      type: 'string',
      demandOption: true,
      describe: 'A file that is not there yet, or a folder, in which it gets a name with its time.',
    },
  },
  options: { config: configOption, state: stateOption, json: jsonOption },
  examples: [
    ['ledger backup /backup/smearwatch --config lab.yaml', 'For cron: a new file each time.'],
    ['ledger backup before-update.sqlite --config lab.yaml', 'Before a new version is installed.'],
  ],
  epilogue:
    'The copy is one file without free pages. docs/operations.md says how to restore it. The audit trail is a separate file.',
  async run({ to, json, ...location }, { terminal }) {
    const { Audit } = await import('../../audit/audit.js');
    const { backupLedger } = await import('../../ledger/backup-ledger.js');
    const { ledgerFile } = await import('../../ledger/ledger-file.js');
    const folder = await stateFolderOf(location);
    const backup = await backupLedger(ledgerFile(folder), targetOf(to));
    const audit = Audit.open(folder);
    try {
      audit.append({ event: 'ledger-backed-up', actor: commandActor(), details: { ...backup } });
    } finally {
      audit.close();
    }
    if (json) printJson(terminal, backup);
    else {
      const { file, bytes, files, results, sha256 } = backup;
      printLine(terminal, `${file}: ${files} files and ${results} results, ${formatBytes(bytes)}, verified.`);
      printLine(terminal, `SHA-256 ${sha256}`);
    }
    return EXIT.done;
  },
});

function targetOf(to: string): string {
  const isFolder = statSync(to, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (!isFolder) return resolve(to);
  return join(resolve(to), `ledger-${new Date().toISOString().replace(/[:.]/g, '-')}.sqlite`);
}
