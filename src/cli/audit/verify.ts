import type { AuditHead } from '../../audit/audit.js';
import { EXIT } from '../../errors.js';
import { defineCommand } from '../command.js';
import { stateFolderOf } from '../open-ledger.js';
import { jsonOption, usageError } from '../options.js';
import { printable, printJson, printLine } from '../output.js';
import { trailOptions } from './options.js';

export const verifyCommand = defineCommand({
  command: 'verify',
  describe: 'Find an entry that was changed, removed or moved; exits 1 when there is one.',
  options: {
    head: {
      type: 'string',
      array: true,
      requiresArg: true,
      default: [],
      describe: 'An entry as it was known elsewhere, SEQUENCE:HASH, from the log or /status.',
    },
    ...trailOptions,
    json: jsonOption,
  },
  examples: [
    ['audit verify --config lab.yaml', 'The whole trail, and the copy of its end.'],
    ['audit verify --config lab.yaml --head 1204:9f2c…', 'Also against what /status said last month.'],
  ],
  epilogue:
    'Who can write every file of the state folder can forge a trail that agrees with itself. Only a hash that was kept ' +
    'elsewhere (--head) settles what came before it.',
  async run({ head, json, ...location }, { terminal }) {
    const { verifyAudit } = await import('../../audit/verify.js');
    const report = verifyAudit(await stateFolderOf(location), head.map(parseHead));
    const { intact, problem } = report;
    if (json) printJson(terminal, { verified: problem === undefined, ...report });
    else if (problem === undefined) {
      printLine(
        terminal,
        `${intact} entries, all as they were written. The end is ${intact}:${report.head.hash}`,
      );
    } else {
      // The text comes from a file that anyone may have edited.
      printLine(terminal, printable(`Entry ${problem.sequence}: ${problem.kind}. ${problem.message}`));
      printLine(
        terminal,
        `${Math.min(intact, problem.sequence - 1)} entries before it are as they were written.`,
      );
    }
    return problem === undefined ? EXIT.done : EXIT.failed;
  },
});

function parseHead(text: string): AuditHead {
  const [, sequence, hash] = /^(\d{1,15}):([0-9a-f]{64})$/i.exec(text) ?? [];
  if (sequence !== undefined && hash !== undefined) {
    return { sequence: Number(sequence), hash: hash.toLowerCase() };
  }
  throw usageError('--head must be SEQUENCE:HASH', 'The hash has 64 hexadecimal digits; /status shows both.');
}
