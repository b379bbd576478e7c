/**
 * Do live images keep their latency while an evaluation runs? One daemon, a trickle of live images, first
 * alone, then while a planned evaluation of both networks runs, alternating for some rounds. Latency is from
 * settled (the file appears by a rename, complete) to recorded (its result is durable), as the daemon
 * measures it for smearwatch_image_latency_seconds; here it is read from its debug log. Percentiles over all
 * images of all rounds, and their ratio.
 *
 * npm run build && npx tsx scripts/evaluation-latency.ts [--images 60] [--rounds 2] [--every-ms 700] [--labelled 400] [--threads 1]
 */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { generateSmears } from '../src/generate/write-smears.js';
import { TestDaemon, writeConfig } from '../test/fixtures/daemon.js';
import { missedRun } from '../test/fixtures/missed-run.js';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '60' },
    rounds: { type: 'string', default: '2' },
    'every-ms': { type: 'string', default: '700' },
    labelled: { type: 'string', default: '400' },
    threads: { type: 'string', default: '1' },
  },
});
const [images, rounds, everyMs] = [Number(values.images), Number(values.rounds), Number(values['every-ms'])];
const folder = mkdtempSync(join(tmpdir(), 'smearwatch-latency-'));
const workerUrl = new URL('../dist/generate/worker.js', import.meta.url);

await generateSmears({
  outDir: join(folder, 'cells'),
  count: Number(values.labelled),
  format: 'jpeg',
  workerUrl,
});
await generateSmears({
  outDir: join(folder, 'live'),
  count: images * rounds * 2,
  format: 'jpeg',
  layout: 'flat',
  seed: 4711,
  workerUrl,
});
const live = readdirSync(join(folder, 'live')).filter((name) => name.startsWith('smear-'));
mkdirSync(join(folder, 'in'));

/** A daemon that has missed a planned evaluation makes up for it at once. */
function configure(evaluates: boolean, round: number): string {
  const stateFolder = `state-${round}-${evaluates ? 'evaluating' : 'alone'}`;
  const schedule = {
    ...missedRun(join(folder, stateFolder)),
    data: ['cells'],
    threads: Number(values.threads),
  };
  return writeConfig(folder, {
    stateFolder,
    scanners: [{ name: 'left', folder: 'in', settle: { quietMs: 200 } }],
    models: { registry: resolve('models') },
    log: { level: 'debug' },
    ...(evaluates && { evaluation: { schedule } }),
  });
}

/** Settled to recorded, per image, in milliseconds. */
async function latencies(evaluates: boolean, round: number): Promise<number[]> {
  const configFile = configure(evaluates, round);
  const daemon = new TestDaemon(configFile);
  await daemon.ready();
  if (evaluates) await whenClassifying(daemon);
  const names = live.splice(0, images);
  for (const name of names) {
    renameSync(join(folder, 'live', name), join(folder, 'in', name));
    await sleep(everyMs);
  }
  while ((await daemon.status()).work.done < names.length) await sleep(200);
  const { evaluations } = await daemon.status();
  if (evaluates && evaluations.progress === undefined) {
    console.log(`note: the evaluation ended before the last live image; use more --labelled`);
  }
  await daemon.stop();
  for (const name of names) rmSync(join(folder, 'in', name));
  return daemon.log.flatMap(({ msg, latencyMs }) => (msg === 'Image recorded' ? [latencyMs as number] : []));
}

async function whenClassifying(daemon: TestDaemon): Promise<void> {
  while ((await daemon.status()).evaluations.progress?.stage !== 'classifying') await sleep(100);
}

const percentile = (all: readonly number[], share: number): number =>
  [...all].sort((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * share))] ?? 0;

const [alone, evaluating]: [number[], number[]] = [[], []];
for (let round = 1; round <= rounds; round += 1) {
  alone.push(...(await latencies(false, round)));
  evaluating.push(...(await latencies(true, round)));
  console.log(`round ${round}: load ${loadavg()[0]?.toFixed(1) ?? ''}`);
}
for (const share of [0.5, 0.9, 0.99]) {
  const [without, during] = [percentile(alone, share), percentile(evaluating, share)];
  console.log(
    `p${share * 100}: alone ${without.toFixed(0)} ms, during an evaluation ${during.toFixed(0)} ms, ratio ${(during / without).toFixed(2)}`,
  );
}
console.log(
  `${alone.length} live images each, one every ${everyMs} ms, ${availableParallelism()} cores, evaluation with ${values.threads} thread(s).`,
);
rmSync(folder, { recursive: true });
