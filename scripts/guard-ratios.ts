/**
 * Has anything become slower? Runs a quick bench and compares its ratios (never its times, which depend on
 * the machine) with the ones recorded on this processor in src/bench/reference.json; one that has fallen by
 * more than 15 % is said loudly. A busy machine is no reason to fail: the exit code is 0 unless `--strict`.
 *
 * npm run build && npx tsx scripts/guard-ratios.ts [--strict]
 * npx tsx scripts/guard-ratios.ts --record [--bench bench/bench.json]   writes reference.json: this processor's ratios of a
 *   quick run made now, and with --bench the parts of a whole bench, which `smearwatch plan` computes with
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  compareRatios,
  expectedOn,
  MOST_FALL,
  ratiosOf,
  type GuardComparison,
} from './guard-ratios/compare-ratios.js';
import { readReport } from '../src/bench/report/read-report.js';
import { benchSchema, type BenchReport } from '../src/bench/report/schema.js';
import type { BenchReference } from '../src/bench/reference.js';
import { partsOf } from '../src/bench/scaling/parts-of-report.js';

const { values } = parseArgs({
  options: {
    strict: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    bench: { type: 'string' },
  },
});
const REFERENCE = new URL('../src/bench/reference.json', import.meta.url);
const reference = JSON.parse(readFileSync(REFERENCE, 'utf8')) as BenchReference;

const { findings, seconds, computer } = quickBench();

if (values.record) {
  const parts = values.bench === undefined ? reference.parts : partsOf(await readReport(values.bench));
  const ratios = ratiosOf(findings);
  const recorded = { parts, quickRatios: { ...reference.quickRatios, [computer.processor]: ratios } };
  writeFileSync(REFERENCE, `${JSON.stringify(recorded, null, 2)}\n`);
  console.log(`Recorded ${Object.keys(ratios).length} ratios of ${computer.processor}.`);
} else {
  const { ratios, isOwn } = expectedOn(computer.processor, reference.quickRatios);
  const known = Object.keys(reference.quickRatios).join(', ');
  if (!isOwn)
    console.log(`Nothing is recorded of ${computer.processor}: compared with the lowest of ${known}.`);
  const compared = compareRatios(ratios, findings);
  for (const { title, found, recorded, hasFallen } of compared) {
    console.log(
      `${hasFallen ? 'FALLEN' : 'ok    '}  ${title}: ${found.toFixed(3)}, recorded ${recorded.toFixed(3)}`,
    );
  }
  const fallen = compared.filter(({ hasFallen }) => hasFallen);
  console.log(`${compared.length} ratios compared in ${seconds} s, ${fallen.length} fallen.`);
  if (fallen.length > 0) console.log(box(fallen));
  if (fallen.length > 0 && values.strict) process.exitCode = 1;
}

/** The program itself: it sets its process up as the daemon's is. */
function quickBench(): BenchReport {
  const program = fileURLToPath(new URL('../dist/smearwatch.cjs', import.meta.url));
  const output = execFileSync(process.execPath, [program, 'bench', '--quick', '--json'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return benchSchema.parse(JSON.parse(output));
}

/** Draws a box, which is easy to see in a log of thousands of lines. */
function box(fallen: readonly GuardComparison[]): string {
  const lines = [
    `SLOWER THAN RECORDED by more than ${100 * MOST_FALL} %`,
    '',
    ...fallen.map(
      ({ title, fall, found, recorded }) =>
        `${title}: ${found.toFixed(3)}, was ${recorded.toFixed(3)} (−${(100 * fall).toFixed(0)} %)`,
    ),
    '',
    'Noise, or the last change? Run it again on a quiet machine: npx tsx scripts/guard-ratios.ts',
    'If it is meant to be so: npx tsx scripts/guard-ratios.ts --record',
  ];
  const width = Math.max(...lines.map(({ length }) => length));
  const edge = '#'.repeat(width + 6);
  return ['', edge, ...lines.map((line) => `## ${line.padEnd(width)} ##`), edge, ''].join('\n');
}
