/**
 * Prepares trained models for the repository: weights rounded to 8 bits per channel, the smallest weights of
 * the fully connected layers set to zero, packed with Brotli. Pruning makes the logits smaller and so every
 * decision less sure than it should be: one temperature, fitted on the validation part, puts that right (Guo
 * et al. 2017, "On Calibration of Modern Neural Networks"). What all this costs is measured on the test part
 * of the training's split, before and after, and goes into the manifest.
 *
 * npx tsx scripts/ship-models.ts --from REGISTRY --models alexnet@1,lenet5@1 --data DIR --split FILE [--keep fc6:0.1,fc7:0.1] [--to models]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { configureDecoding, decodeImage } from '../src/decode/decode-image.js';
import { IMAGE_BYTES } from '../src/images.js';
import { buildNetwork, type Architecture } from '../src/model/networks/architectures.js';
import { compactWeights } from './ship-models/compact.js';
import { exportOnnx } from '../src/model/onnx/export-onnx.js';
import { parseOnnxWeights } from '../src/model/onnx/read-onnx.js';
import { loadModelSpecs, modelCache } from '../src/model/registry/in-use.js';
import { Registry } from '../src/model/registry/registry.js';
import { InferencePool } from '../src/pool/inference-pool.js';
import { confusionOf, figuresOf, predictionsOf, quadraticLoss } from '../src/statistics/confusion.js';
import { packModel } from './ship-models/pack-model.js';

const { values } = parseArgs({
  options: {
    from: { type: 'string' },
    models: { type: 'string', default: 'alexnet,lenet5' },
    data: { type: 'string' },
    split: { type: 'string' },
    keep: { type: 'string', default: 'fc6:0.1,fc7:0.1' },
    to: { type: 'string', default: 'models' },
  },
});
const { from, data, split } = values;
if (from === undefined || data === undefined || split === undefined)
  throw new Error('--from, --data and --split');

const BATCH = 16;
const cacheFolder = modelCache();
const source = new Registry(resolve(from), { cacheFolder });
const target = new Registry(resolve(values.to), { cacheFolder });
interface Part {
  readonly files: readonly string[];
  readonly pixels: readonly Uint8Array[];
}

const parts = JSON.parse(readFileSync(split, 'utf8')) as Record<'validation' | 'test', { file: string }[]>;
const folder = data;

async function load(named: readonly { file: string }[]): Promise<Part> {
  const files = named.map(({ file }) => file);
  const pixels: Uint8Array[] = [];
  for (const file of files) pixels.push((await decodeImage(readFileSync(join(folder, file)))).pixels);
  return { files, pixels };
}

configureDecoding();
const validation = await load(parts.validation);
const test = await load(parts.test);

/** Probabilities, row by row, and the labels of a part by a model. */
async function predict(registry: Registry, reference: string, { files, pixels }: Part) {
  const models = await loadModelSpecs({
    registry: registry.folder,
    use: [{ model: reference, engine: 'onnxruntime' }],
    cacheFolder,
  });
  const classes = models[0]?.classes ?? [];
  const pool = await InferencePool.start({
    workerFile: new URL('../dist/pool/worker/worker.js', import.meta.url),
    workers: 1,
    models,
    taskTimeoutMs: 120_000,
  });
  const probabilities: number[] = [];
  for (let start = 0; start < pixels.length; start += BATCH) {
    const batch = pixels.slice(start, start + BATCH);
    const joined = new Uint8Array(batch.length * IMAGE_BYTES);
    batch.forEach((image, index) => joined.set(image, index * IMAGE_BYTES));
    const { perModel } = await pool.classify(joined, batch.length);
    probabilities.push(...(perModel[0]?.probabilities ?? []));
  }
  await pool.close();
  return { probabilities, labels: files.map((file) => classes.indexOf(file.split('/')[0] ?? '')), classes };
}

async function evaluate(registry: Registry, reference: string) {
  const { probabilities, labels, classes } = await predict(registry, reference, test);
  const confusion = confusionOf(labels, predictionsOf(probabilities, classes.length), classes.length);
  return {
    on: 'test part of the split',
    ...figuresOf(confusion),
    quadraticLoss: quadraticLoss(probabilities, labels, classes.length),
    crossEntropy: crossEntropy(probabilities, labels, 1),
    confusion,
  };
}

/**
 * Mean −ln of the true class's probability, with logits divided by `temperature` (ln p is a logit, up to a
 * constant).
 */
function crossEntropy(
  probabilities: readonly number[],
  labels: readonly number[],
  temperature: number,
): number {
  const classes = probabilities.length / labels.length;
  const total = labels.reduce((sum, label, row) => {
    const logits = probabilities
      .slice(row * classes, (row + 1) * classes)
      .map((p) => Math.log(p) / temperature);
    const normaliser = Math.log(logits.reduce((all, logit) => all + Math.exp(logit), 0));
    return sum + normaliser - (logits[label] ?? 0);
  }, 0);
  return total / labels.length;
}

/** The temperature of the lowest cross-entropy, to one part in a hundred. */
function fitTemperature(probabilities: readonly number[], labels: readonly number[]): number {
  const candidates = Array.from({ length: 300 }, (_, step) => 1.01 ** (step - 200));
  const losses = candidates.map((temperature) => crossEntropy(probabilities, labels, temperature));
  return candidates[losses.indexOf(Math.min(...losses))] ?? 1;
}

const keep = Object.fromEntries(
  values.keep.split(',').map((entry) => {
    const [layer = '', share] = entry.split(':');
    return [layer, Number(share)];
  }),
);

for (const reference of values.models.split(',')) {
  const trained = await source.resolve(reference);
  const { manifest } = trained;
  const architecture = manifest.architecture as Architecture;
  const network = buildNetwork(architecture);
  const file = await source.materialise(trained);
  const weights = parseOnnxWeights(readFileSync(file), network, file);
  const layers = new Set(network.layers.map(({ name }) => name));
  const kept = Object.fromEntries(Object.entries(keep).filter(([layer]) => layers.has(layer)));
  const { name, classes, precision, software, intendedUse } = manifest;
  const draft = { name, architecture: manifest.architecture, classes, precision, software, intendedUse };
  /**
   * Packs the pruned weights, the last layer's divided by a temperature, and puts them into a registry for a
   * moment.
   */
  const tryOut = async (temperature: number) => {
    const head = network.layers.at(-1)?.name ?? '';
    const scaled = new Map(
      [...weights].map(([parameter, values]) => [
        parameter,
        parameter.startsWith(`${head}.`) ? values.map((value) => value / temperature) : values,
      ]),
    );
    const onnx = exportOnnx(network, compactWeights(network, scaled, { keep: kept }), {
      classes: manifest.classes,
      software: `smearwatch ${manifest.software['smearwatch'] ?? ''}`,
      properties: { options: JSON.stringify(architecture) },
    });
    const packed = packModel(onnx);
    const trial = new Registry(mkdtempSync(join(tmpdir(), 'smearwatch-ship-')), { cacheFolder });
    await trial.add({ ...draft, trainedOn: manifest.trainedOn, evaluation: {}, model: { packed } });
    return { packed, trial };
  };
  const before = await evaluate(source, `${name}@${trained.version}`);
  const pruned = await tryOut(1);
  const calibration = await predict(pruned.trial, name, validation);
  const temperature = fitTemperature(calibration.probabilities, calibration.labels);
  const { packed, trial } = await tryOut(temperature);
  const after = await evaluate(trial, name);
  rmSync(pruned.trial.folder, { recursive: true });
  rmSync(trial.folder, { recursive: true });
  const added = await target.add({
    ...draft,
    trainedOn: {
      ...manifest.trainedOn,
      compacted: {
        bitsPerWeight: 8,
        keptShareOfWeights: kept,
        temperature,
        before: { shareRight: before.shareRight, crossEntropy: before.crossEntropy },
      },
    },
    evaluation: after,
    model: { packed },
    files: Object.fromEntries(
      ['epochs.csv', 'history.csv']
        .filter((file) => file in manifest.files)
        .map((file) => [file, join(trained.folder, file)]),
    ),
  });
  console.log(
    `${name}@${added.version}: ${(packed.length / 1e6).toFixed(1)} MB packed; right ${(100 * before.shareRight).toFixed(2)} % ` +
      `before, ${(100 * after.shareRight).toFixed(2)} % after, of ${test.files.length} test images; ` +
      `cross-entropy ${before.crossEntropy.toFixed(3)} before, ${after.crossEntropy.toFixed(3)} after, temperature ${temperature.toFixed(2)}`,
  );
}
