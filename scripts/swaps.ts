/**
 * Changes models and configuration again and again while images flow at full speed, a third of the changes
 * bad (missing files, wrong hashes, other classes, no memory, broken YAML …), and in the end compares: no
 * image missing, failed or doubled, every result of one configured set of models, while that was in force,
 * with the probabilities that they give in quiet. Then the same at a third of full speed, for latency: its
 * 99th percentile among images that met a swap against that of the others.
 *
 * npm run build && npx tsx scripts/swaps.ts [--swaps 100] [--images 0] [--trickle-swaps 60] [--models shipped|small] [--json]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SCANNER_SIZE } from '../src/images.js';
import { drawSmears } from '../test/torture/swaps/feed.js';
import type { LatencyReport, Percentiles } from '../test/torture/swaps/latency.js';
import { shippedModels, smallModels } from '../test/torture/swaps/models.js';
import { swapUnderLoad, type SwapsReport } from '../test/torture/swaps/swaps.js';
import type { PlayedChange } from '../test/torture/swaps/world.js';

const { values } = parseArgs({
  options: {
    swaps: { type: 'string', default: '100' },
    images: { type: 'string', default: '0' },
    'trickle-swaps': { type: 'string', default: '60' },
    models: { type: 'string', default: 'shipped' },
    smears: { type: 'string', default: '300' },
    json: { type: 'boolean', default: false },
  },
});
/** Greatest ratio of the 99th percentiles of latency, of images that met a swap to the others. */
const MOST_LATENCY = 2;
const folder = mkdtempSync(join(tmpdir(), 'smearwatch-swaps-'));
const smears = await drawSmears(join(folder, 'smears'), Number(values.smears), SCANNER_SIZE);
const models = values.models === 'small' ? await smallModels(folder) : await shippedModels(folder, smears);
const trickleSwaps = Number(values['trickle-swaps']);

const report = await swapUnderLoad({
  folder: join(folder, 'world'),
  models,
  smears,
  size: SCANNER_SIZE,
  steadyMs: 15_000,
  swaps: Number(values.swaps),
  images: Number(values.images),
  backlog: 400,
  // Longer than images are in progress at full speed, so that some images meet no swap.
  pauseMs: 3000,
  ...(trickleSwaps > 0 && { trickle: { swaps: trickleSwaps, pauseMs: 3000, shareOfFullSpeed: 1 / 3 } }),
  onChange: (played, images) => {
    if (!values.json) console.log(lineOf(played, images));
  },
});
const ratio = report.trickled && report.trickled.duringSwaps.p99 / report.trickled.normal.p99;
const isGood = report.findings.length === 0 && (ratio === undefined || ratio <= MOST_LATENCY);
if (values.json)
  console.log(JSON.stringify({ ...report, played: report.played.map(summaryOf), ratio }, null, 2));
else print(report);
if (isGood) rmSync(folder, { recursive: true });
else console.error(`kept for inspection: ${folder}`);
process.exit(isGood ? 0 : 1);

function summaryOf({ change, writtenAt, answeredAt }: PlayedChange): object {
  const outcome = change.kind === 'good' ? 'taken over' : change.code;
  return { change: change.name, outcome, durationMs: answeredAt - writtenAt };
}

function lineOf({ change, writtenAt, answeredAt }: PlayedChange, images: number): string {
  const outcome = change.kind === 'good' ? 'taken over' : `refused (${change.code})`;
  return `${change.name}: ${outcome} after ${answeredAt - writtenAt} ms; ${images} images so far`;
}

function print({ findings, images, imagesPerSecond, ...more }: SwapsReport): void {
  console.log(
    `${images} images, ${imagesPerSecond.toFixed(1)}/s at full speed before the first swap, ${availableParallelism()} cores`,
  );
  const { sharpness, differences, atFullSpeed, trickled } = more;
  console.log(`versions differ clearly on ${(100 * sharpness).toFixed(1)} % of the smears`);
  for (const [precision, difference] of Object.entries(differences))
    console.log(`${precision}: at most ${difference.toExponential(1)} from what the models say in quiet`);
  printLatency('at full speed, claimed to recorded', atFullSpeed);
  if (trickled) printLatency(`at ${trickled.imagesPerSecond.toFixed(1)}/s, settled to recorded`, trickled);
  for (const { kind, what } of findings.slice(0, 50)) console.log(`${kind}: ${what}`);
  if (findings.length > 50) console.log(`… and ${findings.length - 50} more`);
  if (findings.length === 0) console.log('nothing lost, nothing failed, nothing doubled, nothing mixed up');
  if (ratio !== undefined)
    console.log(`99th percentile during swaps: ${ratio.toFixed(2)} times the normal one`);
}

function printLatency(title: string, { normal, duringSwaps }: LatencyReport): void {
  const row = (name: string, { images, p50, p90, p99, longest }: Percentiles): string =>
    `| ${name} | ${images} | ${[p50, p90, p99, longest].map((ms) => ms.toFixed(0)).join(' | ')} |`;
  console.log(
    `| ${title}, ms | images | p50 | p90 | p99 | longest |\n| --- | ---: | ---: | ---: | ---: | ---: |`,
  );
  console.log(row('normal', normal));
  console.log(row('during swaps', duringSwaps));
}
