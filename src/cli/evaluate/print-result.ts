import { join } from 'node:path';
import type { Estimate, LeftOut, Metrics } from '../../evaluate/metrics.js';
import type { EvaluationResult } from '../../evaluate/plan.js';
import { REPORT_FILE } from '../../evaluate/files.js';
import { printable, printLine, printTable, type Terminal } from '../output.js';

const COLUMNS = [
  { title: 'Model' },
  { title: 'Right', align: 'right' },
  { title: '(95 %)' },
  { title: 'Accuracy', align: 'right' },
  { title: 'Precision', align: 'right' },
  { title: 'Recall', align: 'right' },
  { title: 'F', align: 'right' },
] as const;

/** Number of items of each kind that are printed; metrics.json and the report name all. */
const NAMED = 3;

/** What a person wants to know at once; the report has the rest. */
export function printResult(terminal: Terminal, { metrics, outDir }: EvaluationResult): void {
  const { data, models, gates } = metrics;
  printLine(terminal, `${data.images} images${data.part === 'all' ? '' : ` (${data.part} part)`}`);
  printTable(terminal, COLUMNS, models.map(rowOf));
  for (const line of leftOutLines(data.leftOut)) printLine(terminal, line);
  for (const { gate, value, passed } of gates) {
    printLine(terminal, `gate ${passed ? 'passed' : 'FAILED'}: ${printable(gate)} (${figure(value)})`);
  }
  printLine(terminal, join(outDir, REPORT_FILE));
}

function rowOf({ name, version, all }: Metrics['models'][number]): string[] {
  const { shareRight, accuracy, precision, recall, fMeasure } = all;
  return [
    `${name}@${version}`,
    percent(shareRight.value),
    intervalOf(shareRight),
    percent(accuracy.value),
    ...[precision, recall, fMeasure].map(({ value }) => figure(value)),
  ];
}

function leftOutLines(leftOut: readonly LeftOut[]): string[] {
  const kinds = [...new Set(leftOut.map(({ why }) => why))];
  return kinds.map((kind) => {
    const of = leftOut.filter(({ why }) => why === kind);
    const names = of.slice(0, NAMED).map(({ file, reason }) => `${file}: ${reason}`);
    const more = of.length > NAMED ? [`and ${of.length - NAMED} more`] : [];
    return printable(`left out, ${kind} ${of.length}: ${[...names, ...more].join('; ')}`);
  });
}

function intervalOf({ low, high }: Estimate): string {
  return low === null || high === null ? '' : `(${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)})`;
}

function percent(share: number | null): string {
  return share === null ? 'none' : `${(100 * share).toFixed(1)} %`;
}

function figure(value: number | null): string {
  return value === null ? 'none' : value.toFixed(3);
}
