import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMAGE_CHANNELS, IMAGE_SIDE } from '../../../src/images.js';
import type { Network } from '../../../src/model/networks/network.js';
import { buildModel, setWeights } from '../../../src/model/tensorflow/build-model.js';
import { createLayers } from '../../../src/model/tensorflow/layers.js';
import { loadTensorflow, type Tensorflow } from '../../../src/model/tensorflow/load.js';
import { hasTensorflow, NEEDS_TENSORFLOW } from '../engines/engines.js';
import { randomPixels, randomWeights } from '../onnx/random-weights.js';
import { smallNetworks } from '../onnx/small-networks.js';

describe.skipIf(!hasTensorflow)(`a saved tf.LayersModel${NEEDS_TENSORFLOW}`, () => {
  let tf: Tensorflow;
  let folder: string;
  beforeAll(async () => {
    tf = await loadTensorflow();
    folder = mkdtempSync(join(tmpdir(), 'smearwatch-layers-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const build = (network: Network) => {
    const built = buildModel(tf, network, {
      dropoutMask: (_layer, shape) => new Float32Array(shape.reduce((a, b) => a * b)),
    });
    setWeights(tf, built, randomWeights(network));
    return built;
  };
  const predict = (model: LayersModel): number[] =>
    tf.tidy(() => {
      const pixels = tf.tensor(Float32Array.from(randomPixels(2)), [
        2,
        IMAGE_SIDE,
        IMAGE_SIDE,
        IMAGE_CHANNELS,
      ]);
      return [...(model.predict(pixels) as Tensor).dataSync()];
    });
  const load = (at: string) => tf.loadLayersModel(tf.io.fileSystem(join(at, 'model.json')));

  it.each(smallNetworks)('of %s gives the same probabilities after it is loaded', async (name, network) => {
    const built = build(network);
    const at = join(folder, name.replaceAll(/\W/g, '-'));
    await built.model.save(tf.io.fileSystem(at));
    const expected = predict(built.model);
    built.dispose();
    createLayers(tf); // registers our layers, as a program must before it loads such a file
    const loaded = await load(at);
    expect(predict(loaded)).toEqual(expected);
    expect(loaded.layers.map((layer) => layer.name)).toContain('front');
    loaded.dispose();
  });

  it('names our layers with their options in model.json', () => {
    const at = join(folder, "a small network with all of AlexNet's kinds of layer".replaceAll(/\W/g, '-'));
    const json = readFileSync(join(at, 'model.json'), 'utf8');
    const names = [...json.matchAll(/"class_name":"(Smearwatch\w+)"/g)].map(([, name]) => name);
    expect(new Set(names)).toEqual(
      new Set(['Front', 'Convolution', 'Lrn', 'Dropout', 'Classes'].map((name) => `Smearwatch${name}`)),
    );
  });

  it('can be trained further by plain tfjs, with dropout of its own', async () => {
    const at = join(folder, "a small network with all of AlexNet's kinds of layer".replaceAll(/\W/g, '-'));
    const loaded = await load(at);
    const before = predict(loaded);
    loaded.compile({ optimizer: tf.train.sgd(0.01), loss: 'categoricalCrossentropy' });
    const [x, y] = [
      tf.randomUniform([4, IMAGE_SIDE, IMAGE_SIDE, 3], 0, 255),
      tf.oneHot(tf.tensor1d([0, 1, 2, 3], 'int32'), 4),
    ];
    await loaded.trainOnBatch(x, y);
    expect(predict(loaded)).not.toEqual(before);
    tf.dispose([x, y]);
    loaded.dispose();
  });
});
