import { closeSync, openSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf, SmearwatchError, EXIT } from '../../errors.js';
import { replaceFileBySync } from '../../files/replace-file.js';
import { defineCommand } from '../command.js';
import { stateFolderOf } from '../open-ledger.js';
import { jsonOption } from '../options.js';
import { printJson, printLine } from '../output.js';
import { auditFilter, filterOptions, trailOptions } from './options.js';

export const exportCommand = defineCommand({
  command: 'export',
  describe: 'Write the entries as lines of JSON, for an archive or another program.',
  options: {
    out: {
      type: 'string',
      requiresArg: true,
      demandOption: true,
      describe: 'File to write; it is replaced.',
    },
    ...filterOptions,
    ...trailOptions,
    json: jsonOption,
  },
  examples: [['audit export --config lab.yaml --out audit.ndjson', 'The whole trail, one entry a line.']],
  async run(values, { terminal }) {
    const { readAudit, toLine } = await import('../../audit/read-audit.js');
    const folder = await stateFolderOf(values);
    const file = resolve(values.out);
    const entries = readAudit(folder, auditFilter(values), (all) => {
      let written = 0;
      writeWhole(file, (write) => {
        for (const entry of all) {
          write(`${toLine(entry)}\n`);
          written += 1;
        }
      });
      return written;
    });
    if (values.json) printJson(terminal, { file, entries });
    else printLine(terminal, `${entries} entries in ${file}.`);
    return EXIT.done;
  },
});

/** The file appears complete: an archive must not hold half a trail that looks like a whole one. */
function writeWhole(file: string, fill: (write: (text: string) => void) => void): void {
  try {
    replaceFileBySync(file, (temporary) => {
      const descriptor = openSync(temporary, 'w');
      try {
        fill((text) => writeSync(descriptor, text));
      } finally {
        closeSync(descriptor);
      }
    });
  } catch (cause) {
    if (cause instanceof SmearwatchError) throw cause;
    throw new SmearwatchError('file-unwritable', `${file} cannot be written: ${messageOf(cause)}`, { cause });
  }
}
