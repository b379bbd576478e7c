import { renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { IMAGE_BYTES, IMAGE_SIDE } from '../../../src/images.js';
import { loadModelSpecs, type ModelSpec } from '../../../src/model/registry/in-use.js';
import { InferencePool, type PoolOptions } from '../../../src/pool/inference-pool.js';
import { ModelServer } from '../../../src/pool/model-server.js';
import type { FileToPrepare } from '../../../src/pool/protocol.js';
import { POISONS, type Poison } from '../../../src/pool/worker/poison.js';
import { temporaryFolder } from '../../fixtures/folders.js';
import { addLeNet5, emptyRegistry, use } from '../../fixtures/registry.js';
import { WORKER_FILE } from '../../fixtures/worker-file.js';

beforeAll(() => {
  // Workers inherit the environment when they start; this process has no poison itself.
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

async function fileWith(pixels: Uint8Array): Promise<FileToPrepare> {
  const folder = temporaryFolder();
  const file = join(folder, 'a.png');
  await sharp(pixels, { raw: { width: IMAGE_SIDE, height: IMAGE_SIDE, channels: 3 } }).toFile(file);
  const { size, mtimeMs } = statSync(file);
  return { path: 'a.png', size, mtimeMs, folder, scanner: 'left', reclassify: false };
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

  it('is given up when it loops without end, and its neighbours wait without their time running', async () => {
    const pool = await start({ taskTimeoutMs: 2000 });
    const hanging = pool.classify(imageWith('loop'), 1);
    const neighbours = Promise.all([pool.classify(imageWith(), 1), pool.classify(imageWith(), 1)]);
    await expect(hanging).rejects.toMatchObject({ code: 'task-timeout' });
    await expect(neighbours).resolves.toHaveLength(2);
    expect(pool.workers.alive).toBe(1);
  });

  it.each(['exit', 'loop'] as const)(
    'that is ended by %s had a batch waiting in it, which another one classifies',
    async (poison) => {
      const lost: string[] = [];
      const pool = await start({ taskTimeoutMs: 2000, onWorkerLost: (reason) => lost.push(reason) });
      const [bad, good] = [await fileWith(imageWith(poison)), await fileWith(imageWith())];
      const limits = { maxFileBytes: 1e7, maxPixels: 1e7, readWithinMs: 1000 };
      const [first, second] = await Promise.allSettled([
        pool.classifyFiles([bad], limits),
        pool.classifyFiles([good], limits),
      ]);
      expect(first).toMatchObject({ reason: { code: poison === 'loop' ? 'task-timeout' : 'worker-lost' } });
      expect(second).toMatchObject({ value: { files: [{ kind: 'classified' }] } });
      expect(lost).toHaveLength(1);
      expect(pool.workers).toEqual({ configured: 1, alive: 1, busy: 0 });
    },
  );

  it('is started again until it succeeds, and the alarm says why it is missing', async () => {
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
