import type { AuditEntry } from '../../audit/audit.js';
import { EXIT } from '../../errors.js';
import { defineCommand } from '../command.js';
import { stateFolderOf } from '../open-ledger.js';
import { integer, jsonOption } from '../options.js';
import { printJson, printLine, printTable, type Terminal } from '../output.js';
import { auditFilter, filterOptions, trailOptions } from './options.js';

export const listCommand = defineCommand({
  command: 'list',
  describe: 'The entries of the audit trail, oldest first.',
  options: {
    ...filterOptions,
    limit: integer(
      'limit',
      { min: 1, max: 1_000_000 },
      { default: 50, describe: 'Number of entries, newest first.' },
    ),
    ...trailOptions,
    json: jsonOption,
  },
  examples: [
    ['audit list --config lab.yaml', 'The latest entries.'],
    ['audit list --config lab.yaml --event model-promoted --since 2026-03-01', 'Who promoted what.'],
  ],
  async run(values, { terminal }) {
    const { readAudit } = await import('../../audit/read-audit.js');
    const folder = await stateFolderOf(values);
    const entries = readAudit(folder, { ...auditFilter(values), limit: values.limit }, (all) => [...all]);
    if (values.json) printJson(terminal, entries.map(withDetails));
    else printEntries(terminal, entries);
    return EXIT.done;
  },
});

function withDetails(entry: AuditEntry): object {
  return { ...entry, details: JSON.parse(entry.details) as unknown };
}

function printEntries(terminal: Terminal, entries: readonly AuditEntry[]): void {
  if (entries.length === 0) {
    printLine(terminal, 'No entries.');
    return;
  }
  const columns = [
    { title: 'ENTRY', align: 'right' },
    { title: 'TIME' },
    { title: 'EVENT' },
    { title: 'ACTOR' },
    { title: 'DETAILS' },
  ] as const;
  const rows = entries.map(({ sequence, time, event, actor, details }) => [
    String(sequence),
    new Date(time).toLocaleString('sv-SE'),
    event,
    actor,
    details,
  ]);
  printTable(terminal, columns, rows);
}
