import { EXIT } from '../../errors.js';
import type { LedgerReport } from '../../ledger/verify/verify-ledger.js';
import { defineCommand } from '../command.js';
import { stateFolderOf } from '../open-ledger.js';
import { configOption, jsonOption, stateOption } from '../options.js';
import { printable, printJson, printLine, type Terminal } from '../output.js';

const MEND =
  'Stop the daemon, then run smearwatch ledger repair: it keeps this ledger and makes a new one of what can be read.';

export const verifyCommand = defineCommand({
  command: 'verify',
  describe: 'Check that the ledger is whole and agrees with itself; exits 1 when not.',
  options: {
    quick: {
      type: 'boolean',
      default: false,
      describe: 'Pages and rows only: a fraction of the time, and misses what rows say of each other.',
    },
    config: configOption,
    state: stateOption,
    json: jsonOption,
  },
  examples: [
    ['ledger verify --config lab.yaml', 'Every page, every index, every file with its result.'],
    ['ledger verify --config lab.yaml --quick', 'Pages and rows only.'],
  ],
  epilogue:
    'Nothing is changed, and a daemon may be running; the ledger’s write-ahead log grows until the check ends.',
  async run({ quick, json, ...location }, { terminal }) {
    const { ledgerFile } = await import('../../ledger/ledger-file.js');
    const { isStateInUse } = await import('../../ledger/lock.js');
    const { isOlder, verifyLedger } = await import('../../ledger/verify/verify-ledger.js');
    const folder = await stateFolderOf(location);
    const report = verifyLedger(ledgerFile(folder), { quick });
    const notes = notesOf(report, { isOlder: isOlder(report), isInUse: isStateInUse(folder) });
    const isRight = report.problems.length === 0;
    if (json) printJson(terminal, { verified: isRight, quick, ...report, notes });
    else print(terminal, report, notes);
    return isRight ? EXIT.done : EXIT.failed;
  },
});

/** What is no damage, but might surprise. */
function notesOf(
  { running, version }: LedgerReport,
  facts: { isOlder: boolean; isInUse: boolean },
): string[] {
  const left = `${running} ${running === 1 ? 'file was' : 'files were'} in progress when a daemon was killed; the next start queues them again.`;
  return [
    ...(running > 0 && !facts.isInUse ? [left] : []),
    ...(facts.isOlder ? [`It has version ${version}; the next start brings it up to date.`] : []),
  ];
}

function print(terminal: Terminal, report: LedgerReport, notes: readonly string[]): void {
  const { file, files, results, problems } = report;
  if (problems.length === 0)
    printLine(terminal, `${file}: ${files} files and ${results} results, all as they should be.`);
  // Of a file that anything may have been written to.
  for (const { kind, message } of problems) printLine(terminal, printable(`${kind}: ${message}`));
  for (const note of notes) printLine(terminal, note);
  if (problems.length > 0) printLine(terminal, MEND);
}
