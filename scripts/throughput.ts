/**
 * The whole daemon against the ideal of its parts, on the same files, cores and models, interleaved in one run:
 * decode alone D (images/s, as many at once as the pipeline decodes), inference alone I (the pool, full batches), and the
 * whole W (`run --once`: watched folder to durable results with JSON files). Ideal: 1 / (1/D + 1/I). Medians are printed.
 *
 * npx tsx scripts/throughput.ts [--images 1500] [--rounds 3] [--format jpeg] [--registry FOLDER] [--use alexnet,lenet5]
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { configureDecoding, decodeImage } from '../src/decode/decode-image.js';
import { generateSmears } from '../src/generate/write-smears.js';
import { IMAGE_BYTES } from '../src/images.js';
import { InferencePool } from '../src/pool/inference-pool.js';
import { loadModelSpecs, modelCache } from '../src/pool/model-specs.js';
import { TestDaemon, writeConfig } from '../test/fixtures/daemon.js';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '1500' },
    rounds: { type: 'string', default: '3' },
    format: { type: 'string', default: 'jpeg' },
    registry: { type: 'string', default: 'models' },
    use: { type: 'string', default: 'alexnet,lenet5' },
  },
});
const images = Number(values.images);
const cores = availableParallelism();
const BATCH = 16;
const folder = mkdtempSync(join(tmpdir(), 'smearwatch-throughput-'));
const use = values.use.split(',').map((model) => ({ model, engine: 'onnxruntime' as const }));
const registry = resolve(values.registry);

await generateSmears({
  outDir: join(folder, 'in'),
  count: images,
  format: values.format as 'jpeg',
  layout: 'flat',
  workerUrl: new URL('../dist/generate/worker.js', import.meta.url),
});
const files = readdirSync(join(folder, 'in'))
  .filter((name) => name.startsWith('smear-'))
  .map((name) => join(folder, 'in', name));
configureDecoding();
const models = await loadModelSpecs({ registry, use, cacheFolder: modelCache() });

/** Images per second of `work`, done for `count` images by `lanes` at once. */
async function rateOf(
  count: number,
  lanes: number,
  work: (index: number) => Promise<unknown>,
): Promise<number> {
  let next = 0;
  const start = performance.now();
  const lane = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return count / ((performance.now() - start) / 1000);
}

const decodeRate = (): Promise<number> =>
  rateOf(files.length, cores, (index) => decodeImage(readFileSync(files[index] ?? '')));

async function inferenceRate(): Promise<number> {
  const pool = await InferencePool.start({
    workerFile: new URL('../dist/pool/worker.js', import.meta.url),
    workers: cores,
    models,
    taskTimeoutMs: 60_000,
  });
  const batches = Math.ceil(files.length / BATCH);
  const rate = await rateOf(batches, cores * 2, () =>
    pool.classify(new Uint8Array(BATCH * IMAGE_BYTES), BATCH),
  );
  await pool.close();
  return rate * BATCH;
}

async function wholeRate(round: number): Promise<number> {
  const configFile = writeConfig(folder, {
    stateFolder: `state-${round}`,
    scanners: [{ name: 'bench', folder: 'in' }],
    sinks: [{ type: 'json', folder: `results-${round}` }],
    models: { registry, use },
  });
  const daemon = new TestDaemon(configFile, '--once');
  await daemon.ready();
  const start = performance.now();
  if ((await daemon.exit()) !== 0) throw new Error(daemon.stderr);
  return files.length / ((performance.now() - start) / 1000);
}

const median = (all: readonly number[]): number =>
  [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;
const rounds: { decode: number; inference: number; whole: number; ideal: number }[] = [];
for (let round = 0; round < Number(values.rounds); round += 1) {
  const decode = await decodeRate();
  const inference = await inferenceRate();
  const whole = await wholeRate(round);
  rounds.push({ decode, inference, whole, ideal: 1 / (1 / decode + 1 / inference) });
  console.log(
    `round ${round + 1}: decode ${decode.toFixed(1)}/s, inference ${inference.toFixed(1)}/s, ` +
      `whole ${whole.toFixed(1)}/s, of the ideal ${(whole / (rounds.at(-1)?.ideal ?? 1)).toFixed(2)}`,
  );
}
console.log(
  `${values.format}, ${images} images, ${cores} cores, medians of ${rounds.length}: ` +
    `decode ${median(rounds.map(({ decode }) => decode)).toFixed(1)}/s, ` +
    `inference ${median(rounds.map(({ inference }) => inference)).toFixed(1)}/s, ` +
    `whole ${median(rounds.map(({ whole }) => whole)).toFixed(1)}/s; ` +
    `whole / ideal ${median(rounds.map(({ whole, ideal }) => whole / ideal)).toFixed(3)}`,
);
rmSync(folder, { recursive: true });
