/**
 * Prepares trained models for the repository: weights rounded to 8 bits per channel, the smallest weights of the fully
 * connected layers set to zero, packed with Brotli. What that costs is measured on the test part of the training's split,
 * before and after, and goes into the manifest.
 *
 * npx tsx scripts/ship-models.ts --from REGISTRY --models alexnet@1,lenet5@1 --data DIR --split FILE [--keep fc6:0.1,fc7:0.1] [--to models]
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { configureDecoding, decodeImage } from '../src/decode/decode-image.js';
import { confusionOf, figuresOf, predictionsOf, quadraticLoss } from '../src/evaluate/confusion.js';
import { IMAGE_BYTES } from '../src/images.js';
import { buildNetwork, type Architecture } from '../src/model/networks/architectures.js';
import { compactWeights } from '../src/model/onnx/compact.js';
import { exportOnnx } from '../src/model/onnx/export-onnx.js';
import { packModel } from '../src/model/onnx/pack.js';
import { readOnnxWeights } from '../src/model/onnx/read-onnx.js';
import { Registry } from '../src/model/registry/registry.js';
import { InferencePool } from '../src/pool/inference-pool.js';
import { loadModelSpecs, modelCache } from '../src/pool/model-specs.js';

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
const test = (JSON.parse(readFileSync(split, 'utf8')) as { test: { file: string }[] }).test;

configureDecoding();
const pixels: Uint8Array[] = [];
for (const { file } of test) pixels.push((await decodeImage(readFileSync(join(data, file)))).pixels);

async function evaluate(registry: Registry, reference: string) {
  const models = await loadModelSpecs({
    registry: registry.folder,
    use: [{ model: reference, engine: 'onnxruntime' }],
    cacheFolder,
  });
  const classes = models[0]?.classes ?? [];
  const pool = await InferencePool.start({
    workerFile: new URL('../dist/pool/worker.js', import.meta.url),
    workers: 1,
    models,
    taskTimeoutMs: 120_000,
  });
  const probabilities: number[] = [];
  for (let start = 0; start < pixels.length; start += BATCH) {
    const part = pixels.slice(start, start + BATCH);
    const joined = new Uint8Array(part.length * IMAGE_BYTES);
    part.forEach((image, index) => joined.set(image, index * IMAGE_BYTES));
    const { perModel } = await pool.classify(joined, part.length);
    probabilities.push(...(perModel[0]?.probabilities ?? []));
  }
  await pool.close();
  const labels = test.map(({ file }) => classes.indexOf(file.split('/')[0] ?? ''));
  const confusion = confusionOf(labels, predictionsOf(probabilities, classes.length), classes.length);
  return {
    on: 'test part of the split',
    ...figuresOf(confusion),
    quadraticLoss: quadraticLoss(probabilities, labels, classes.length),
    confusion,
  };
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
  const weights = await readOnnxWeights(await source.materialise(trained), network);
  const layers = new Set(network.layers.map(({ name }) => name));
  const kept = Object.fromEntries(Object.entries(keep).filter(([layer]) => layers.has(layer)));
  const compact = compactWeights(network, weights, { keep: kept });
  const packed = packModel(
    exportOnnx(network, compact, {
      classes: manifest.classes,
      software: `smearwatch ${manifest.software['smearwatch'] ?? ''}`,
      properties: { options: JSON.stringify(architecture) },
    }),
  );
  const { name, classes, precision, software, intendedUse } = manifest;
  const draft = { name, architecture: manifest.architecture, classes, precision, software, intendedUse };
  const before = await evaluate(source, `${name}@${trained.version}`);
  // Its figures must be those of the shipped weights, and those exist only once they are in a registry.
  const trial = new Registry(join(cacheFolder, `trial-${process.pid}`), { cacheFolder });
  await trial.add({ ...draft, trainedOn: manifest.trainedOn, evaluation: {}, model: { packed } });
  const after = await evaluate(trial, name);
  const added = await target.add({
    ...draft,
    trainedOn: {
      ...manifest.trainedOn,
      compacted: { bitsPerWeight: 8, keptShareOfWeights: kept, shareRightBefore: before.shareRight },
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
      `before, ${(100 * after.shareRight).toFixed(2)} % after, of ${test.length} test images`,
  );
}
