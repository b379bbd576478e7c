import { EXIT } from '../errors.js';
import type { PlannedRun } from '../evaluate/planned/run-log.js';
import { defineCommand } from './command.js';
import { stateFolderOf } from './open-ledger.js';
import { configOption, integer, jsonOption, stateOption } from './options.js';
import { printJson, printLine, printTable, type Terminal } from './output.js';

export const evaluationsCommand = defineCommand({
  command: 'evaluations',
  describe: 'The planned evaluations, newest last: which were run, skipped or missed, and their results.',
  options: {
    limit: integer(
      'limit',
      { min: 1, max: 10_000 },
      { default: 20, describe: 'Number of evaluations, newest first.' },
    ),
    config: configOption,
    state: stateOption,
    json: jsonOption,
  },
  examples: [['evaluations --config lab.yaml', 'The last planned evaluations.']],
  async run(values, { terminal }) {
    const { RunLog } = await import('../evaluate/planned/run-log.js');
    const { runs } = await RunLog.load(await stateFolderOf(values));
    const newest = runs.slice(-values.limit);
    if (values.json) printJson(terminal, newest);
    else printRuns(terminal, newest);
    return EXIT.done;
  },
});

function printRuns(terminal: Terminal, runs: readonly PlannedRun[]): void {
  if (runs.length === 0) {
    printLine(terminal, 'No evaluation was planned yet (evaluation.schedule.cron).');
    return;
  }
  const columns = ['PLANNED', 'OUTCOME', 'STARTED', 'FINISHED', 'ATTEMPTS', 'REPORT OR REASON'];
  const rows = runs.map(({ id, plannedAt, outcome, startedAt, finishedAt, attempts, reason }) => [
    localTime(plannedAt),
    outcome,
    localTime(startedAt),
    localTime(finishedAt),
    String(attempts),
    reason ?? id,
  ]);
  printTable(
    terminal,
    columns.map((title) => ({ title })),
    rows,
  );
}

function localTime(rfc3339: string | undefined): string {
  return rfc3339 === undefined ? '' : new Date(rfc3339).toLocaleString('sv-SE');
}
