import { EXIT } from '../errors.js';
import type { Ledger, QuarantinedFile, ResultFilter } from '../ledger/ledger.js';
import type { ResultRecord } from '../record.js';
import { defineCommand } from './command.js';
import { withLedger } from './open-ledger.js';
import { configOption, integer, jsonOption, stateOption, usageError } from './options.js';
import { formatBytes, printJson, printLine, printTable, type Terminal } from './output.js';
import { fileFilter, filterOptions } from './result-filter.js';

export const resultsCommand = defineCommand({
  command: 'results',
  describe: 'List results, or the images in quarantine, newest first.',
  options: {
    ...filterOptions,
    quarantined: { type: 'boolean', default: false, describe: 'List what could not be classified, and why.' },
    review: {
      type: 'boolean',
      default: false,
      describe: 'Only results that a person should look at.',
    },
    limit: integer(
      'limit',
      { min: 1, max: 1_000_000 },
      { default: 20, describe: 'Greatest number of results.' },
    ),
    config: configOption,
    state: stateOption,
    json: jsonOption,
  },
  examples: [
    ['results --config lab.yaml --review', 'The latest results that need a review.'],
    ['results --config lab.yaml --quarantined --limit 100', 'What could not be classified, and why.'],
    ['results --state /var/lib/smearwatch --sha256 3fa9 --json', 'The whole record of one image.'],
  ],
  async run(values, { terminal }) {
    if (values.review && values.quarantined) {
      throw usageError(
        '--review and --quarantined exclude each other',
        'What is in quarantine has no result.',
      );
    }
    const filter: ResultFilter = { ...fileFilter(values), review: values.review, limit: values.limit };
    await withLedger({ state: values.state, config: values.config }, ({ browse, labels }) => {
      if (values.quarantined) {
        const files = browse.quarantined(filter);
        if (values.json) printJson(terminal, files);
        else printQuarantined(terminal, files);
      } else {
        const records = browse.results(filter).map(({ record }) => record);
        if (values.json)
          printJson(
            terminal,
            records.map((record) => withHistory(record, labels)),
          );
        else printResults(terminal, records);
      }
    });
    return EXIT.done;
  },
});

/** Adds all labels of the image and who gave them, the present one last. */
function withHistory(record: ResultRecord, labels: Ledger['labels']): object {
  if (record.label === undefined) return record;
  return { ...record, labelHistory: labels.history(record.image.sha256) };
}

function printResults(terminal: Terminal, records: readonly ResultRecord[]): void {
  if (records.length === 0) {
    printLine(terminal, 'No results.');
    return;
  }
  const columns = [
    { title: 'RECORDED' },
    { title: 'SHA-256' },
    { title: 'CLASS' },
    { title: 'CONFIDENCE', align: 'right' },
    { title: 'LABEL' },
    { title: 'REVIEW' },
    { title: 'SCANNER' },
    { title: 'PATH' },
  ] as const;
  const rows = records.map(({ recordedAt, image, decision, label }) => [
    localTime(recordedAt),
    image.sha256.slice(0, 12),
    decision.class,
    decision.confidence.toFixed(3),
    label ?? '',
    decision.reviewReasons.join(', '),
    image.scanner,
    image.path,
  ]);
  printTable(terminal, columns, rows);
}

function printQuarantined(terminal: Terminal, files: readonly QuarantinedFile[]): void {
  if (files.length === 0) {
    printLine(terminal, 'Nothing is in quarantine.');
    return;
  }
  const columns = [
    { title: 'QUARANTINED' },
    { title: 'SCANNER' },
    { title: 'PATH' },
    { title: 'SIZE', align: 'right' },
    { title: 'CODE' },
    { title: 'REASON' },
  ] as const;
  const rows = files.map(({ quarantinedAt, scanner, path, size, code, reason }) => [
    localTime(quarantinedAt),
    scanner,
    path,
    formatBytes(size),
    code,
    reason,
  ]);
  printTable(terminal, columns, rows);
}

/** `2026-03-01 14:05:09`, in the reader's time zone; `--json` has UTC. */
function localTime(rfc3339: string): string {
  return new Date(rfc3339).toLocaleString('sv-SE');
}
