import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { layers, SymbolicTensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { IMAGE_BYTES } from '../../../../src/images.js';
import { importLayersModel } from '../../../../src/model/import/layers-model/import-layers-model.js';
import type { Imported, Stated } from '../../../../src/model/import/statement.js';
import { tensorflowEngine } from '../../../../src/model/tensorflow/engine.js';
import { loadTensorflow, type Tensorflow } from '../../../../src/model/tensorflow/load.js';
import { temporaryFolder } from '../../../fixtures/folders.js';
import { hasTensorflow, NEEDS_TENSORFLOW } from '../../engines/engines.js';
import { randomPixels } from '../../onnx/random-weights.js';
import { statement } from '../foreign.js';
import { runDirectly } from './direct.js';
import {
  changed,
  connect,
  kerasExport,
  layer,
  layerAt,
  layersOf,
  write,
  type LayerJson,
  type SavedModel,
} from './keras-export.js';
import { tfjsExport } from './tfjs-export.js';

const stated: Stated = { ...statement, layout: undefined, inputSize: 64, outputIs: 'probabilities' };
const pixels = randomPixels(3);
const images = [0, 1, 2].map((index) => pixels.subarray(index * IMAGE_BYTES, (index + 1) * IMAGE_BYTES));

type Make = (tf: Tensorflow) => SavedModel | Promise<SavedModel>;
type Result = Imported & { readonly source: string; readonly folder: string };

async function importing(saved: SavedModel, more: Partial<Stated> = {}): Promise<Result> {
  const [folder, source] = [temporaryFolder(), write(saved)];
  const imported = await importLayersModel({ file: source, folder, statement: { ...stated, ...more } });
  return { ...imported, source, folder };
}

/** Probabilities of the imported model, served by the engine. */
async function served({ folder, statement: { classes } }: Result): Promise<number[]> {
  const engine = await tensorflowEngine();
  const session = await engine.open(join(folder, 'model.json'), classes.length, { threads: 1 });
  const found = await session.run(pixels, 3);
  await session.close();
  return [...found];
}

function softmax(scores: readonly number[]): number[] {
  const powers = scores.map(Math.exp);
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

function sequential(...make: ((tf: Tensorflow) => layers.Layer)[]): Make {
  return (tf) => tfjsExport(tf, tf.sequential({ layers: make.map((layer) => layer(tf)) }));
}

const convolution = ({ layers }: Tensorflow): layers.Layer =>
  layers.conv2d({
    filters: 3,
    kernelSize: 7,
    strides: 4,
    activation: 'relu' as const,
    inputShape: [64, 64, 3],
  });
const flat = (...inputShape: number[]) => [
  ({ layers }: Tensorflow) => layers.flatten({ inputShape }),
  ({ layers }: Tensorflow) => layers.dense({ units: 3 }),
];

/** A model in a model, whose features go through two branches. */
function branched(tf: Tensorflow): Promise<SavedModel> {
  const input = tf.input({ shape: [64, 64, 3] });
  const inner = tf.sequential({ layers: [convolution(tf), tf.layers.globalMaxPooling2d({})] });
  const features = inner.apply(input) as SymbolicTensor;
  const ways = [1, 2].map(() => tf.layers.dense({ units: 3 }).apply(features) as SymbolicTensor);
  const outputs = tf.layers.softmax().apply(tf.layers.add().apply(ways)) as SymbolicTensor;
  return tfjsExport(tf, tf.model({ inputs: input, outputs }));
}

describe.skipIf(!hasTensorflow)(`a LayersModel gives the same numbers as in tfjs${NEEDS_TENSORFLOW}:`, () => {
  let tf: Tensorflow;
  beforeAll(async () => {
    tf = await loadTensorflow();
  });

  it.each<[string, Make, Partial<Stated>]>([
    ['of Keras, with batch normalisation', () => kerasExport(), {}],
    [
      'of Keras, in BGR and pixels without a scale',
      () => kerasExport(),
      { channels: 'bgr', scale: 1, mean: [120, 110, 100], deviation: [50, 60, 70] },
    ],
    ['of Keras, with scores', () => kerasExport({ activation: 'linear' }), { outputIs: 'logits' }],
    ['of Keras, for the whole 256×256', () => kerasExport({ side: 256 }), { inputSize: 256 }],
    ['of Keras, for more than that', () => kerasExport({ side: 299 }), { inputSize: 299 }],
    ['of Keras, for any size', () => kerasExport({ side: null }), { inputSize: 67 }],
    ['of Keras, fixed to one image', () => kerasExport({ batch: 1 }), {}],
    ['of Keras, with its layout stated', () => kerasExport(), { layout: 'nhwc' }],
    [
      'of tfjs, sequential',
      sequential(
        convolution,
        ({ layers }) => layers.flatten(),
        ({ layers }) => layers.dense({ units: 3, activation: 'softmax' }),
      ),
      {},
    ],
    [
      'of tfjs, of convolutions only: [N, 1, 1, 3]',
      sequential(convolution, ({ layers }) => layers.averagePooling2d({ poolSize: 15 })),
      { outputIs: 'logits' },
    ],
    ['of tfjs, a model in a model with two branches', branched, {}],
  ])('%s', async (_title, make, more) => {
    const imported = await importing(await make(tf), more);
    const found = await served(imported);
    const wanted: number[] = [];
    for (const image of images) {
      const direct = await runDirectly(tf, imported.source, image, imported.statement);
      wanted.push(...(imported.statement.outputIs === 'logits' ? softmax(direct) : direct));
    }
    expect(found).toHaveLength(9);
    found.forEach((value, index) => expect(value).toBeCloseTo(wanted[index]!, 4));
    // Images have different results: constant answers would prove nothing.
    expect(Math.abs(found[0]! - found[3]!)).toBeGreaterThan(1e-6);
  });

  it('and without the weights of its optimizer', async () => {
    const saved = changed((json, shards) => {
      json.weightsManifest.unshift({
        paths: ['optimizer.bin'],
        weights: [{ name: 'Adam/m', shape: [5], dtype: 'float32', group: 'optimizer' }],
      });
      shards['optimizer.bin'] = new Uint8Array(20);
    });
    expect(await served(await importing(saved))).toEqual(await served(await importing(kerasExport())));
  });

  it('and when tfjs loads the registered files', async () => {
    const { folder, source, statement: used } = await importing(kerasExport());
    const kept = await runDirectly(tf, join(folder, 'model.json'), images[0]!, used);
    expect(kept).toEqual(await runDirectly(tf, source, images[0]!, used));
  });

  it('no tensor stays in memory, also of a refused model', async () => {
    const before = tf.memory().numTensors;
    await importing(kerasExport());
    await expect(importing(kerasExport({ classes: 4 }))).rejects.toMatchObject({ code: 'import-output' });
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe.skipIf(!hasTensorflow)(`the stored form of a LayersModel${NEEDS_TENSORFLOW}`, () => {
  it('records the content of the file', async () => {
    const { format, foreign, engine, statement: used } = await importing(kerasExport());
    expect(format).toBe('layers-model');
    expect(engine).toMatch(/^tfjs-node 4\./);
    expect(used.layout).toBe('nhwc');
    expect(foreign).toMatchObject({
      producer: 'keras v2.15.0, TensorFlow.js Converter v4.22.0',
      layers: { BatchNormalization: 1, Conv2D: 1, Dense: 1, InputLayer: 1 },
      weightFiles: 2,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  it('is the network and the contract, not how it was trained', async () => {
    const { folder } = await importing(kerasExport());
    const stored = readFileSync(join(folder, 'model.json'), 'utf8');
    expect(JSON.parse(stored)).toMatchObject({
      weightsManifest: [{ paths: ['weights.bin'] }],
      userDefinedMetadata: {
        smearwatch: { inputSize: 64, mean: [0.4, 0.5, 0.6], outputIs: 'probabilities' },
      },
    });
    expect(stored).not.toContain('categorical_crossentropy');
  });

  it('is the same for the same file and statement, byte for byte, and another for another statement', async () => {
    const bytesFor = async (more: Partial<Stated>) =>
      readFileSync(join((await importing(kerasExport(), more)).folder, 'model.json'), 'utf8');
    const first = await bytesFor({});
    expect(await bytesFor({})).toBe(first);
    expect(await bytesFor({ mean: [0, 0, 0] })).not.toBe(first);
  });
});

/** The Keras export with more layers, one after the other, inserted at a position. */
function withLayers(at: number, ...more: LayerJson[]): SavedModel {
  return changed((json) => {
    layersOf(json).splice(at, 0, ...more);
    connect(layersOf(json));
  });
}

const dense = (name: string, units: number): LayerJson => layer('Dense', name, { units });

describe.skipIf(!hasTensorflow)(`is refused when it is built or run${NEEDS_TENSORFLOW}:`, () => {
  it.each<[string, Make, Partial<Stated>, string, string]>([
    [
      'another size',
      () => kerasExport(),
      { inputSize: 65 },
      'import-input',
      'its input "input_1" is [N, 64, 64, 3], not [N, 65, 65, 3]',
    ],
    [
      'channels first',
      sequential(...flat(3, 64, 64)),
      {},
      'import-input',
      'is [N, 3, 64, 64], not [N, 64, 64, 3]',
    ],
    [
      'one channel',
      sequential(...flat(64, 64, 1)),
      {},
      'import-input',
      'is [N, 64, 64, 1], not [N, 64, 64, 3]',
    ],
    [
      'integers as its input',
      () => changed((json) => (layerAt(json, 0).config['dtype'] = 'int32')),
      {},
      'import-input',
      'is of int32',
    ],
    [
      'more classes',
      () => kerasExport({ classes: 4 }),
      {},
      'import-output',
      'has 4 values per image, and --classes names 3',
    ],
    ['fewer classes', () => kerasExport({ classes: 2 }), {}, 'import-output', 'has 2 values per image'],
    ['a map of classes', sequential(convolution), {}, 'import-output', 'is [N, 15, 15, 3], not [N, 3]'],
    [
      'scores said to be probabilities',
      () => kerasExport({ activation: 'linear' }),
      {},
      'import-output',
      'its 3 values are not probabilities',
    ],
    [
      'values that do not sum to 1',
      () => kerasExport({ activation: 'sigmoid' }),
      {},
      'import-output',
      'its 3 values are not probabilities',
    ],
    [
      'probabilities said to be scores',
      () => kerasExport(),
      { outputIs: 'logits' },
      'import-output',
      'already comes from a softmax',
    ],
    [
      'numbers that overflow',
      () =>
        changed((_json, shards) => {
          const largest = Buffer.from(Float32Array.of(3e38).buffer);
          shards['group1-shard1of2.bin'] = Buffer.alloc(1000, largest);
          shards['group1-shard2of2.bin'] = Buffer.alloc(
            Object.values(kerasExport().shards).reduce((sum, { length }) => sum + length, -1000),
            largest,
          );
        }),
      {},
      'import-not-running',
      'probabilities that are not numbers',
    ],
    [
      'an activation that does not exist',
      () => kerasExport({ activation: 'my_swish' }),
      {},
      'import-not-running',
      'Unknown activation: mySwish',
    ],
    [
      'a layer without its weights',
      () => withLayers(-1, dense('more', 4)),
      {},
      'import-not-running',
      '2 of 11 weights are not set: more/kernel,more/bias',
    ],
    [
      'a weight that no layer has',
      () => changed((json) => (json.weightsManifest[0]!.weights[0]!.name = 'conv9/kernel')),
      {},
      'import-not-running',
      'no target variable: conv9/kernel',
    ],
    [
      'weights of another shape',
      () => changed((json) => (layerAt(json, -1).config['units'] = 5)),
      {},
      'import-unreadable',
      'the layer "dense" takes kernel as [4, 5], and weightsManifest has it as [4, 3]',
    ],
    [
      'layers that do not fit together',
      () => withLayers(-1, layer('MaxPooling2D', 'flat', { pool_size: [2, 2] })),
      {},
      'import-not-running',
      'flat',
    ],
    [
      'a layer that would fill the memory',
      () =>
        withLayers(1, layer('UpSampling2D', 'up', { size: [10_000, 10_000], data_format: 'channels_last' })),
      {},
      'import-unsupported',
      'the layer "up" gives 1228800000000 values for one image, and 67108864 are allowed',
    ],
    [
      'a layer whose weights would fill the memory',
      () => withLayers(-1, dense('a', 1 << 20), dense('b', 1 << 20)),
      {},
      'import-unreadable',
      'the layer "b" takes kernel as [1048576, 1048576], far more than weightsManifest declares',
    ],
  ])('%s', async (_title, make, more, code, message) => {
    await expect(importing(await make(await loadTensorflow()), more)).rejects.toMatchObject({
      name: 'SmearwatchError',
      code,
      message: expect.stringContaining(message) as string,
      hint: expect.any(String) as string,
    });
  });

  it('the size and the order that would fit are suggested', async () => {
    await expect(importing(kerasExport(), { inputSize: 224 })).rejects.toMatchObject({
      hint: 'Use --input-size 64.',
    });
    const first = await sequential(...flat(3, 64, 64))(await loadTensorflow());
    await expect(importing(first)).rejects.toMatchObject({
      hint: expect.stringContaining('channels_last') as string,
    });
  });
});

it('nchw is refused before anything is read', async () => {
  const nchw = { ...stated, layout: 'nchw' as const };
  await expect(
    importLayersModel({ file: '/nowhere/model.json', folder: '/nowhere', statement: nchw }),
  ).rejects.toMatchObject({ code: 'import-input', hint: 'Use --layout nhwc, or leave it out.' });
});

it('without tfjs-node, the error says how to provide it', async () => {
  const file = write(kerasExport());
  const options = { env: { SMEARWATCH_CACHE: '/nowhere' }, own: undefined };
  await expect(
    importLayersModel({ file, folder: dirname(file), statement: stated }, options),
  ).rejects.toMatchObject({
    code: 'engine-unavailable',
    hint: expect.stringContaining('node dist/model/tensorflow/main.js') as string,
  });
});
