import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { loadConfig, type LoadedConfig } from '../../src/config/load.js';
import type { Config } from '../../src/config/schema.js';
import { Reloader } from '../../src/daemon/reloader.js';
import type { PoolOptions } from '../../src/pool/inference-pool.js';
import { loadModelSpecs } from '../../src/model/registry/in-use.js';
import { ModelServer } from '../../src/pool/model-server.js';
import { silent } from '../../src/telemetry/silent.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { addLeNet5, emptyRegistry, use } from '../fixtures/registry.js';
import { WORKER_FILE } from '../fixtures/worker-file.js';

/** A check of labels reads manifests, which takes less time than this. */
const LONGER_THAN_A_LOOK_MS = 500;

/** Writes a configuration with this model, and reads it. */
function configure(folder: string, model: string): LoadedConfig {
  const config = {
    stateFolder: 'state',
    scanners: [{ name: 'left', folder: 'incoming' }],
    models: { registry: 'models', use: use(model) },
  };
  writeFileSync(join(folder, 'smearwatch.yaml'), stringify(config));
  return loadConfig(join(folder, 'smearwatch.yaml'));
}

async function poolOptions({ models }: Config): Promise<PoolOptions> {
  const specs = await loadModelSpecs(models);
  return { workerFile: WORKER_FILE, workers: 1, models: specs, taskTimeoutMs: 20_000 };
}

it('looks at labels when a reload has ended, not while its models serve and its configuration is not yet in force', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'incoming'));
  const registry = emptyRegistry(folder);
  await addLeNet5(registry, 1);
  await addLeNet5(registry, 2);
  let loaded = configure(folder, 'lenet5@1');
  const server = await ModelServer.start(await poolOptions(loaded.config));
  onTestFinished(() => server.close());
  const told: string[] = [];
  const recorded: string[] = [];
  const looks: Promise<void>[] = [];
  const reloader: Reloader = new Reloader({
    server,
    telemetry: {
      ...silent('modelSwapFailed'),
      configurationReloaded: ({ changed }) => told.push(`reloaded: ${changed.join(', ')}`),
      modelsSwapped: ({ models }) => told.push(`swapped: ${models.map(({ version }) => version).join(', ')}`),
      reloadRefused: ({ error }) => told.push(String(error)),
    },
    record: ({ event }) => recorded.push(event),
    current: () => loaded,
    prepare: () => Promise.resolve(),
    poolOptions,
    adopt: async (next) => {
      looks.push(reloader.followLabels());
      await Promise.race([looks[0], delay(LONGER_THAN_A_LOOK_MS)]);
      loaded = next;
    },
  });
  configure(folder, 'lenet5@2');
  await reloader.reload();
  await Promise.all(looks);
  await reloader.whenIdle();
  expect(told).toEqual(['swapped: 2', 'reloaded: models.use']);
  expect(recorded).toEqual(['models-swapped', 'configuration-applied']);
});
