import type * as tfjs from '@tensorflow/tfjs';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadTensorflow, type Tensorflow } from '../../../src/model/tensorflow/load.js';
import { findTensorflow } from '../../../src/model/tensorflow/paths.js';

describe('loading TensorFlow where it is missing', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'smearwatch-tensorflow-'));
  });
  afterAll(() => rm(root, { recursive: true }));

  it('names the command that installs it', async () => {
    const loading = loadTensorflow({ env: { SMEARWATCH_CACHE: root }, own: undefined });
    await expect(loading).rejects.toMatchObject({
      code: 'tensorflow-unavailable',
      hint: expect.stringContaining('node dist/model/tensorflow/main.js') as string,
    });
  });

  it('reports where an installation that does not load is, and keeps the cause', async () => {
    const own = join(root, 'own');
    await mkdir(join(own, 'lib', 'napi-v8'), { recursive: true });
    await writeFile(join(own, 'lib', 'napi-v8', 'tfjs_binding.node'), '');
    await writeFile(join(own, 'index.js'), 'throw new Error("libtensorflow.so.2: cannot open")');
    await expect(loadTensorflow({ env: { SMEARWATCH_CACHE: root }, own })).rejects.toMatchObject({
      code: 'tensorflow-unavailable',
      message: expect.stringContaining(own) as string,
      cause: expect.objectContaining({ message: 'libtensorflow.so.2: cannot open' }) as Error,
    });
  });
});

const installed = findTensorflow();
const title = installed === undefined ? 'TensorFlow (left out: not installed on this machine)' : 'TensorFlow';

describe.skipIf(installed === undefined)(title, () => {
  let tf: Tensorflow;
  beforeAll(async () => {
    tf = await loadTensorflow();
  });

  it("computes with TensorFlow's own kernels", () => {
    expect(tf.getBackend()).toBe('tensorflow');
    const product = tf.tidy(() => tf.matMul([[1, 2]], [[3], [4]]).arraySync());
    expect(product).toEqual([[11]]);
  });

  it('finds the gradient of a convolution', () => {
    const gradient = tf.tidy(() => {
      const kernel: tfjs.Tensor4D = tf.ones([2, 2, 1, 1]);
      const convolve = (image: tfjs.Tensor): tfjs.Tensor =>
        tf.conv2d(image as tfjs.Tensor4D, kernel, 1, 'valid').sum();
      return tf
        .grad(convolve)(tf.ones([1, 3, 3, 1]))
        .reshape([3, 3])
        .arraySync();
    });
    // In how many of the four windows of a 3×3 image each pixel is.
    expect(gradient).toEqual([
      [1, 2, 1],
      [2, 4, 2],
      [1, 2, 1],
    ]);
  });

  it('calls the functions that Node 23 removed from util', () => {
    const { values } = tf.topk(tf.tensor1d([3, 1, 2]), 2);
    expect(values.arraySync()).toEqual([3, 2]);
  });

  it('saves a model to files and loads it again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'smearwatch-model-'));
    try {
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
      await model.save(tf.io.fileSystem(folder));
      const loaded = await tf.loadLayersModel(tf.io.fileSystem(join(folder, 'model.json')));
      const weightsOf = (one: tfjs.LayersModel): number[] =>
        one.getWeights().flatMap((w) => [...w.dataSync()]);
      expect(weightsOf(loaded)).toEqual(weightsOf(model));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('computes in two worker threads at once', async () => {
    const answers = await Promise.all([trainInWorker(installed!, 0.1), trainInWorker(installed!, 0.2)]);
    expect(answers[0]).toBeCloseTo(3, 3);
    expect(answers[1]).toBeCloseTo(3, 3);
  });
});

/**
 * Fits w in w·2 = 6 by gradient descent; the script is JavaScript, since Vitest's workers cannot load
 * TypeScript.
 */
function trainInWorker(packageFolder: string, rate: number): Promise<number> {
  const script = `
    const { parentPort, workerData } = require('node:worker_threads');
    const util = require('node:util');
    Object.assign(util, { isNullOrUndefined: (value) => value == null, isArray: Array.isArray });
    const tf = require(workerData.packageFolder);
    const w = tf.variable(tf.scalar(0));
    const optimizer = tf.train.sgd(workerData.rate);
    for (let step = 0; step < 50; step++) optimizer.minimize(() => w.mul(2).sub(6).square());
    parentPort.postMessage(w.arraySync());`;
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { eval: true, workerData: { packageFolder, rate } });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}
