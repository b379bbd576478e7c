/**
 * A daemon at full speed for a long time, with what happens in a year: other models every minute (a third of
 * them bad), damaged files, labels, scrapes, commands, rotated results, retention that removes old rows.
 * Fails when memory, open files or threads grow, when the write-ahead log is not bounded, when a counter is
 * not what happened, or when anything is lost.
 *
 * npm run build && npx tsx scripts/soak.ts [--minutes 60] [--old-rows 200000] [--models shipped|small] [--out FILE.json]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SCANNER_SIZE } from '../src/images.js';
import { drawSmears } from '../test/torture/swaps/feed.js';
import { shippedModels, smallModels } from '../test/torture/swaps/models.js';
import type { Sample } from './soak/samples.js';
import { SoakRun } from './soak/soak-run.js';
import { median } from './soak/statistics.js';
import { judge, type Check } from './soak/verdict.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    'old-rows': { type: 'string', default: '' },
    models: { type: 'string', default: 'shipped' },
    smears: { type: 'string', default: '300' },
    out: { type: 'string' },
  },
});
const minutes = Number(values.minutes);
/** A row of the table. */
const PERIOD_MINUTES = minutes < 20 ? 1 : 5;
/** Retention looks at 30,000 rows a minute, files first and then results: both walks take half of the run. */
const oldRows = Number(values['old-rows'] || Math.min(200_000, Math.floor(minutes * 30_000 * 0.2)));
const folder = mkdtempSync(join(tmpdir(), 'smearwatch-soak-'));
const smears = await drawSmears(join(folder, 'smears'), Number(values.smears), SCANNER_SIZE);
const models = values.models === 'small' ? await smallModels(folder) : await shippedModels(folder, smears);

const period: Sample[] = [];
let imagesBefore = 0;
const malloc = ['MALLOC_ARENA_MAX', 'MALLOC_MMAP_THRESHOLD_'].map(
  (name) => `${name} ${process.env[name] ?? 'not set'}`,
);
console.log(
  `${minutes} minutes, ${availableParallelism()} cores, ${malloc.join(', ')}, ${oldRows} old images\n` +
    '| minute | images/s | RSS, MiB | largest | anonymous | heap | external | files | threads | ledger | WAL |\n' +
    `|${' ---: |'.repeat(11)}`,
);
const run = new SoakRun({ folder: join(folder, 'world'), models, smears, minutes, oldRows, onSample: tell });
const checks = await play().finally(() => run.world.close());
for (const { what, isGood, figures } of checks)
  console.log(`${isGood ? 'good' : 'BAD '}  ${what}: ${figures}`);
const isGood = checks.every((check) => check.isGood);
if (isGood) rmSync(folder, { recursive: true });
else console.error(`kept for inspection: ${folder}`);
process.exit(isGood ? 0 : 1);

async function play(): Promise<Check[]> {
  const soaked = await run.play();
  const checks = judge(soaked);
  const { samples } = soaked;
  if (values.out !== undefined)
    writeFileSync(values.out, JSON.stringify({ minutes, oldRows, checks, samples }));
  return checks;
}

function tell(sample: Sample): void {
  period.push(sample);
  const [first] = period;
  if (
    first === undefined ||
    Math.floor(sample.minutes / PERIOD_MINUTES) === Math.floor(first.minutes / PERIOD_MINUTES)
  ) {
    return;
  }
  const all = period.splice(0);
  const of = (value: (sample: Sample) => number): number => median(all.map(value));
  const seconds = (sample.minutes - first.minutes) * 60;
  const figures = [
    sample.minutes,
    (sample.images - imagesBefore) / seconds,
    of(({ rss }) => rss),
    Math.max(...all.map(({ rss }) => rss)),
    of(({ anonymous }) => anonymous),
    of(({ heap }) => heap),
    of(({ external }) => external),
    of(({ files }) => files),
    of(({ threads }) => threads),
    sample.ledger,
    Math.max(...all.map(({ writeAheadLog }) => writeAheadLog)),
  ];
  imagesBefore = sample.images;
  console.log(`| ${figures.map((figure) => figure.toFixed(0)).join(' | ')} |`);
}
