/**
 * Kills daemons, workers and power at random and at every named point between two durable steps, again and
 * again upon one ledger, and in the end compares: no image missing, none with two results, no half-written
 * file, nothing left over.
 *
 * npm run build && npx tsx scripts/torture.ts [--rounds 200] [--images 16] [--seed 1] [--faults 'kill -9,power']
 */
import { parseArgs } from 'node:util';
import { FAULTS } from '../test/torture/faults.js';
import { torture, type FaultReport } from '../test/torture/torture.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    images: { type: 'string', default: '16' },
    seed: { type: 'string', default: '1' },
    faults: { type: 'string', default: '' },
  },
});
const wanted = values.faults.split(',');
const faults = FAULTS.filter(({ name }) => wanted.some((part) => name.includes(part)));
if (faults.length === 0) throw new Error(`--faults: none of ${FAULTS.map(({ name }) => name).join(', ')}`);

const report = await torture({
  faults,
  rounds: Number(values.rounds),
  images: Number(values.images),
  seed: Number(values.seed),
  onRound: ({ round, fault, hasStruck, seconds }) =>
    console.log(`${round + 1}: ${fault}${hasStruck ? '' : ' (not reached)'}, ${seconds.toFixed(1)} s`),
});
printTable(report.table);
console.log(
  `${report.images} images in all; ${report.repeatedLines} NDJSON lines were delivered more than once`,
);
for (const { kind, fault, what } of report.findings) console.log(`${kind}: ${what} (${fault})`);
console.log(
  report.findings.length === 0 ? 'nothing lost, nothing doubled' : `kept for inspection: ${report.folder}`,
);
process.exit(report.findings.length === 0 ? 0 : 1);

function printTable(table: readonly FaultReport[]): void {
  const row = (...cells: (string | number)[]): string => `| ${cells.join(' | ')} |`;
  console.log(row('fault', 'tried', 'struck', 'images', 'lost', 'doubled'));
  console.log(row('---', '---:', '---:', '---:', '---:', '---:'));
  for (const { fault, tried, struck, images, lost, doubled } of table) {
    console.log(row(fault, tried, struck, images, lost, doubled));
  }
}
