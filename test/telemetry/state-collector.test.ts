import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { collectState } from '../../src/telemetry/state-collector.js';
import type { StateReader } from '../../src/telemetry/readers.js';

const model = {
  name: 'lenet5',
  version: '2',
  weightsSha256: 'cd',
  engine: 'onnxruntime',
  precision: 'int8',
  computations: [
    { computation: 'smearwatch-front', engineVersion: '1.30.0', workers: 3 },
    { computation: 'onnxruntime', engineVersion: '1.30.0', workers: 1 },
  ],
} as const;

function reader(overrides: Partial<StateReader> = {}): StateReader {
  return {
    work: () => ({ queued: 10, running: 2, done: 30, quarantined: 1, oldestMs: 2500 }),
    workers: () => ({ configured: 4, alive: 3, busy: 2, stuck: 0 }),
    outbox: () => ({ json: 5 }),
    models: () => [model],
    inFlight: () => 18,
    ledgerBytes: () => ({ database: 8192, writeAheadLog: 4096 }),
    ledgerWritable: () => true,
    scannersReady: () => ({ left: true, right: false }),
    ...overrides,
  };
}

it('state is read at the scrape', async () => {
  const registry = new Registry();
  let queued = 1;
  collectState(
    registry,
    reader({ work: () => ({ queued, running: 0, done: 0, quarantined: 0, oldestMs: 2500 }) }),
  );
  expect(await registry.metrics()).toContain('smearwatch_work_images{state="queued"} 1\n');
  queued = 7;
  const text = await registry.metrics();
  expect(text).toContain('smearwatch_work_images{state="queued"} 7\n');
  expect(text).toContain('smearwatch_work_oldest_age_seconds 2.5\n');
  expect(text).toContain('smearwatch_workers_alive 3\n');
  expect(text).toContain('smearwatch_outbox_records{sink="json"} 5\n');
  expect(text).toContain('smearwatch_in_flight_images 18\n');
  expect(text).toContain('smearwatch_ledger_size_bytes 8192\n');
  expect(text).toContain('smearwatch_ledger_wal_size_bytes 4096\n');
  expect(text).toContain('smearwatch_ledger_writable 1\n');
  expect(text).toContain('smearwatch_scanner_ready{scanner="left"} 1\n');
  expect(text).toContain('smearwatch_scanner_ready{scanner="right"} 0\n');
});

it('a model that was swapped out is no longer shown', async () => {
  const registry = new Registry();
  let models: readonly (typeof model)[] = [model];
  collectState(registry, reader({ models: () => models }));
  expect(await registry.metrics()).toContain(
    'smearwatch_model_info{model="lenet5",version="2",engine="onnxruntime",precision="int8",weights_sha256="cd"} 1',
  );
  models = [];
  expect(await registry.metrics()).not.toMatch(/smearwatch_(model|computation)_info\{/);
});

it('a model that is computed in two ways has a series for each', async () => {
  const registry = new Registry();
  collectState(registry, reader());
  const series = (await registry.metrics()).split('\n').filter((line) => line.includes('computation_info{'));
  const labels = 'model="lenet5",version="2",engine="onnxruntime"';
  expect(series).toEqual([
    `smearwatch_computation_info{${labels},computation="smearwatch-front",engine_version="1.30.0"} 1`,
    `smearwatch_computation_info{${labels},computation="onnxruntime",engine_version="1.30.0"} 1`,
  ]);
});
