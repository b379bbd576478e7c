import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withLanes } from '../../src/bench/lanes/lanes.js';
import type { LaneSetup } from '../../src/bench/lanes/protocol.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { smearPng } from '../fixtures/images.js';
import { compiled } from '../fixtures/compiled.js';

const workerFile = compiled('bench/lanes/worker.js');
const signal = new AbortController().signal;

it('lanes run in parallel, and their rates are added', async () => {
  const setup: LaneSetup = { kind: 'product', rows: 64, side: 64 };
  const { perSecond, quickestMs, durationsMs } = await withLanes(
    [setup, setup],
    { workerFile, signal },
    (lanes) => lanes.measure(0.05),
  );
  expect(quickestMs).toHaveLength(2);
  expect(durationsMs.length).toBeGreaterThanOrEqual(4);
  expect(perSecond).toBeGreaterThan(durationsMs.length);
});

it('a lane decodes its files in turn', async () => {
  const file = join(temporaryFolder(), 'smear.png');
  writeFileSync(file, await smearPng(1));
  for (const decoder of ['smearwatch', 'sharp'] as const) {
    const setup: LaneSetup = { kind: 'decode', files: [file], decoder };
    const { cpuMs } = await withLanes([setup], { workerFile, signal }, (lanes) => lanes.measure(0.05));
    expect(cpuMs).toBeGreaterThan(0);
  }
});

it('a lane hashes the requested number of bytes, which takes longer for more', async () => {
  const quickest = async (bytes: number): Promise<number> => {
    const setup: LaneSetup = { kind: 'hash', bytes };
    const { quickestMs } = await withLanes([setup], { workerFile, signal }, (lanes) => lanes.measure(0.1));
    return quickestMs[0] ?? NaN;
  };
  expect(await quickest(8_000_000)).toBeGreaterThan(await quickest(80_000));
});

it('a lane that cannot work fails with the reason of its thread', async () => {
  const model = { engine: 'onnxruntime', file: '/nowhere/model.onnx', classes: 3 } as const;
  const setup: LaneSetup = { kind: 'network', model, pixels: new SharedArrayBuffer(256 * 256 * 3) };
  const measuring = withLanes([setup], { workerFile, signal }, (lanes) => lanes.measure(0.05));
  await expect(measuring).rejects.toMatchObject({ code: 'model-unloadable' });
});

it('an interruption ends the lanes and is the reason of the failure', async () => {
  const controller = new AbortController();
  const setup: LaneSetup = { kind: 'product', rows: 64, side: 64 };
  const measuring = withLanes([setup], { workerFile, signal: controller.signal }, async (lanes) => {
    await lanes.measure(0.01);
    controller.abort(new Error('enough'));
    return lanes.measure(60);
  });
  await expect(measuring).rejects.toThrow('enough');
});
