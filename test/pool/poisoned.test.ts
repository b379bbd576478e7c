import { join } from 'node:path';
import { renameSync } from 'node:fs';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { IMAGE_BYTES } from '../../src/images.js';
import { InferencePool, type PoolOptions } from '../../src/pool/inference-pool.js';
import { loadModelSpecs } from '../../src/pool/model-specs.js';
import { ModelServer } from '../../src/pool/model-server.js';
import { POISONS, type Poison } from '../../src/pool/poison.js';
import type { ModelSpec } from '../../src/pool/protocol.js';
import { addLeNet5, emptyRegistry, use, WORKER_FILE } from '../fixtures/registry.js';

beforeAll(() => {
  // Workers take over the environment when they start; this process has no poison itself.
  vi.stubEnv('NODE_ENV', 'test');
  vi.stubEnv('SMEARWATCH_FAULT', 'poison');
  return () => vi.unstubAllEnvs();
});

async function lenet5(): Promise<ModelSpec[]> {
  const registry = emptyRegistry();
  await addLeNet5(registry, 1);
  return loadModelSpecs({ registry: registry.folder, use: use('lenet5'), cacheFolder: undefined });
}

async function start(options: Partial<PoolOptions> = {}): Promise<InferencePool> {
  const pool = await InferencePool.start({
    workerFile: WORKER_FILE,
    workers: 1,
    models: await lenet5(),
    taskTimeoutMs: 60_000,
    ...options,
  });
  onTestFinished(() => pool.destroy());
  return pool;
}

function imageWith(poison?: Poison): Uint8Array<ArrayBuffer> {
  const pixels = new Uint8Array(IMAGE_BYTES);
  if (poison) pixels.set(POISONS[poison], IMAGE_BYTES - 3);
  return pixels;
}

describe('A worker', () => {
  it.each(['exit', 'crash', 'memory'] as const)('is replaced when an image ends it by %s', async (poison) => {
    const lost: string[] = [];
    const pool = await start({ onWorkerLost: (reason) => lost.push(reason) });
    await expect(pool.classify(imageWith(poison), 1)).rejects.toMatchObject({ code: 'worker-lost' });
    await expect(pool.classify(imageWith(), 1)).resolves.toBeDefined();
    expect(pool.workers).toEqual({ configured: 1, alive: 1, busy: 0 });
    expect(lost).toHaveLength(1);
  });

  it('is given up when it loops for ever, and its neighbours wait without their time running', async () => {
    const pool = await start({ taskTimeoutMs: 2000 });
    const hanging = pool.classify(imageWith('loop'), 1);
    const neighbours = Promise.all([pool.classify(imageWith(), 1), pool.classify(imageWith(), 1)]);
    await expect(hanging).rejects.toMatchObject({ code: 'task-timeout' });
    await expect(neighbours).resolves.toHaveLength(2);
    expect(pool.workers.alive).toBe(1);
  });

  it('is searched for until there is one, and the alarm says why it is missing', async () => {
    const models = await lenet5();
    const file = String(models[0]?.file);
    const missing = vi.fn();
    const pool = await start({ models, onWorkerMissing: missing });
    renameSync(file, join(file, '../away.onnx'));
    await expect(pool.classify(imageWith('exit'), 1)).rejects.toMatchObject({ code: 'worker-lost' });
    const next = pool.classify(imageWith(), 1);
    await vi.waitFor(() => expect(missing).toHaveBeenCalled(), { timeout: 20_000 });
    expect(pool.workers).toMatchObject({
      configured: 1,
      alive: 0,
      problem: expect.stringContaining('model') as string,
    });
    renameSync(join(file, '../away.onnx'), file);
    await expect(next).resolves.toBeDefined();
    expect(pool.workers).toEqual({ configured: 1, alive: 1, busy: 0 });
  });
});

describe('ModelServer', () => {
  it('hands what waits in a pool without workers to the models that are swapped in', async () => {
    const [broken, whole] = [await lenet5(), await lenet5()];
    const options = { workerFile: WORKER_FILE, workers: 1, taskTimeoutMs: 60_000 };
    const server = await ModelServer.start({ ...options, models: broken });
    onTestFinished(() => server.destroy());
    renameSync(String(broken[0]?.file), `${broken[0]?.file ?? ''}.away`);
    await expect(server.classify(imageWith('exit'), 1)).rejects.toMatchObject({ code: 'worker-lost' });
    const waiting = server.classify(imageWith(), 1);
    await server.swap({ ...options, models: whole });
    await expect(waiting).resolves.toMatchObject({ models: whole });
  });
});
