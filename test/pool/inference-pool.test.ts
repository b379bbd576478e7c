import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { IMAGE_BYTES } from '../../src/images.js';
import { lenet5 } from '../../src/model/networks/lenet5.js';
import type { Network } from '../../src/model/networks/network.js';
import type { Registry } from '../../src/model/registry/registry.js';
import { InferencePool } from '../../src/pool/inference-pool.js';
import { loadModelSpecs, type ModelSpec } from '../../src/model/registry/in-use.js';
import { ModelServer } from '../../src/pool/model-server.js';
import { addLeNet5, emptyRegistry, use } from '../fixtures/registry.js';
import { WORKER_FILE } from '../fixtures/worker-file.js';

function specsOf(registry: Registry, ...models: string[]): Promise<ModelSpec[]> {
  return loadModelSpecs({
    registry: registry.folder,
    use: use(...models),
    cacheFolder: join(registry.folder, '../cache'),
  });
}

const options = (models: readonly ModelSpec[], workers = 2) => ({
  workerFile: WORKER_FILE,
  workers,
  models,
  taskTimeoutMs: 20_000,
});

const pixels = (value: number, count = 1): Uint8Array<ArrayBuffer> =>
  new Uint8Array(count * IMAGE_BYTES).fill(value);

/** A network that takes about a hundred times as long per image as LeNet-5. */
const slow: Network = {
  ...lenet5(),
  layers: [
    { kind: 'convolution', name: 'conv1', filters: 256, kernel: 5, stride: 1, padding: 0, groups: 1 },
    { kind: 'convolution', name: 'conv2', filters: 256, kernel: 5, stride: 1, padding: 0, groups: 1 },
    { kind: 'dense', name: 'fc3', units: 3, activation: 'softmax', dropout: 0 },
  ],
};

async function start(models: readonly ModelSpec[], workers = 2): Promise<InferencePool> {
  const pool = await InferencePool.start(options(models, workers));
  onTestFinished(() => pool.destroy());
  return pool;
}

describe('InferencePool', () => {
  it('runs every model on every image, and says which models they were', async () => {
    const registry = emptyRegistry();
    await addLeNet5(registry, 1);
    await addLeNet5(registry, 2, { name: 'other' });
    const pool = await start(await specsOf(registry, 'lenet5@1', 'other@1'));
    const { models, perModel } = await pool.classify(pixels(100, 3), 3);
    expect(models.map(({ identity }) => `${identity.name}@${identity.version}`)).toEqual([
      'lenet5@1',
      'other@1',
    ]);
    expect(perModel.map(({ probabilities }) => probabilities.length)).toEqual([9, 9]);
    for (const { probabilities } of perModel) {
      const sum = probabilities.slice(0, 3).reduce((total, value) => total + value, 0);
      expect(sum).toBeCloseTo(1, 5);
    }
    expect(perModel[0]?.probabilities).not.toEqual(perModel[1]?.probabilities);
  });

  it('ends the threads that load models when its start is cancelled', async () => {
    const registry = emptyRegistry();
    await addLeNet5(registry, 1);
    const controller = new AbortController();
    const models = await specsOf(registry, 'lenet5');
    const starting = InferencePool.start({ ...options(models), signal: controller.signal });
    controller.abort();
    await expect(starting).rejects.toMatchObject({ code: 'worker-lost' });
    await expect(InferencePool.start({ ...options(models), signal: controller.signal })).rejects.toThrow(
      'aborted',
    );
  });

  it('gives the same answer for the same bytes, alone or in a batch', async () => {
    const registry = emptyRegistry();
    await addLeNet5(registry, 1);
    const pool = await start(await specsOf(registry, 'lenet5'));
    const alone = await pool.classify(pixels(50), 1);
    const mixed = pixels(0, 4);
    mixed.set(pixels(50), 2 * IMAGE_BYTES);
    const batch = await pool.classify(mixed, 4);
    const row = [...(batch.perModel[0]?.probabilities.subarray(6, 9) ?? [])];
    [...(alone.perModel[0]?.probabilities ?? [])].forEach((value, index) =>
      expect(row[index]).toBeCloseTo(value, 5),
    );
  });

  it('starts with every worker warm, or not at all', async () => {
    const registry = emptyRegistry();
    const { folder } = await addLeNet5(registry, 1);
    const specs = await specsOf(registry, 'lenet5');
    const pool = await start(specs, 3);
    expect(pool.workers).toEqual({ configured: 3, alive: 3, busy: 0 });
    const broken = specs.map((spec) => ({ ...spec, file: join(folder, 'gone.onnx') }));
    await expect(InferencePool.start(options(broken))).rejects.toMatchObject({ code: 'model-unloadable' });
  });

  it('gives up a batch that takes too long, replaces its worker and continues', async () => {
    const registry = emptyRegistry();
    await addLeNet5(registry, 1, { network: slow });
    const pool = await InferencePool.start({
      ...options(await specsOf(registry, 'lenet5'), 1),
      taskTimeoutMs: 1000,
    });
    onTestFinished(() => pool.destroy());
    await expect(pool.classify(pixels(1, 400), 400)).rejects.toMatchObject({ code: 'task-timeout' });
    await expect(pool.classify(pixels(1), 1)).resolves.toBeDefined();
    expect(pool.workers.alive).toBe(1);
  });
});

describe('loadModelSpecs', () => {
  it('refuses a model whose file has changed, and one that does not exist', async () => {
    const registry = emptyRegistry();
    const { folder } = await addLeNet5(registry, 1);
    await expect(specsOf(registry, 'lenet5@7')).rejects.toMatchObject({ code: 'model-unknown' });
    appendFileSync(join(folder, 'model.onnx'), 'x');
    await expect(specsOf(registry, 'lenet5')).rejects.toMatchObject({ code: 'model-damaged' });
  });

  it('refuses two names of one version, which would count twice', async () => {
    const registry = emptyRegistry();
    await addLeNet5(registry, 1);
    await addLeNet5(registry, 2);
    await registry.promote('lenet5', 2);
    const refused = { code: 'models-repeated', kind: 'configuration' };
    for (const second of ['lenet5@2', 'lenet5@production'])
      await expect(specsOf(registry, 'lenet5', second)).rejects.toMatchObject({
        ...refused,
        message: `lenet5 and ${second} are the same version, lenet5@2 by onnxruntime`,
      });
    await expect(specsOf(registry, 'lenet5@1', 'lenet5@production', 'lenet5@1')).rejects.toMatchObject({
      ...refused,
      message: 'lenet5@1 and lenet5@1 are the same version, lenet5@1 by onnxruntime',
    });
    expect(await specsOf(registry, 'lenet5', 'lenet5@1')).toHaveLength(2);
  });

  it('refuses models that know different classes', async () => {
    const registry = emptyRegistry();
    await addLeNet5(registry, 1);
    await addLeNet5(registry, 1, { name: 'binary', classes: ['blast', 'other'] });
    await expect(specsOf(registry, 'lenet5', 'binary')).rejects.toMatchObject({
      code: 'models-incompatible',
    });
  });
});

describe('ModelServer', () => {
  it('swaps to another version while batches run: none fails, each names the version that did it', async () => {
    const registry = emptyRegistry();
    await addLeNet5(registry, 1);
    await addLeNet5(registry, 2);
    const [first, second] = [await specsOf(registry, 'lenet5@1'), await specsOf(registry, 'lenet5@2')];
    const server = await ModelServer.start(options(first));
    onTestFinished(() => server.destroy());
    const reference = new Map<string, string>();
    const swapping = { isDone: false };
    const swaps = (async () => {
      for (const specs of [second, first, second]) await server.swap(options(specs));
      swapping.isDone = true;
    })();
    const versions = new Set<string>();
    while (!swapping.isDone) {
      const { models, perModel } = await server.classify(pixels(77, 2), 2);
      const version = models[0]?.identity.version ?? '';
      const answer = [...(perModel[0]?.probabilities ?? [])].map((value) => value.toFixed(5)).join();
      versions.add(version);
      expect(answer).toBe(reference.get(version) ?? answer);
      reference.set(version, answer);
    }
    await swaps;
    expect(versions).toEqual(new Set(['1', '2']));
    expect(reference.get('1')).not.toBe(reference.get('2'));
    expect(server.models[0]?.version).toBe('2');
  });

  it('serves on with the old models when the new ones cannot be loaded', async () => {
    const registry = emptyRegistry();
    await addLeNet5(registry, 1);
    const specs = await specsOf(registry, 'lenet5');
    const server = await ModelServer.start(options(specs, 1));
    onTestFinished(() => server.destroy());
    const broken = specs.map((spec) => ({ ...spec, file: '/nowhere/model.onnx' }));
    await expect(server.swap(options(broken, 1))).rejects.toMatchObject({ code: 'model-unloadable' });
    await expect(server.classify(pixels(1), 1)).resolves.toMatchObject({ models: specs });
  });
});
