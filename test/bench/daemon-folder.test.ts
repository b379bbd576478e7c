import { join } from 'node:path';
import { expect, it } from 'vitest';
import { daemonFolder } from '../../src/bench/daemon/daemon-folder.js';
import { planOf } from '../../src/bench/options.js';
import { benchOptions, toBenchOptions, type BenchValues } from '../../src/cli/bench/options.js';
import { loadConfig } from '../../src/config/load.js';
import { temporaryFolder } from '../fixtures/folders.js';

const MODEL = {
  network: 'lenet5',
  precision: 'fp32',
  file: '',
  classes: 3,
  registry: '/m',
  reference: 'lenet5',
};

it.each([
  [{}, 'auto', 'auto'],
  [{ kernels: 'off', decoder: 'libvips' }, 'off', 'libvips'],
] as const)('bench %j configures its daemon with them', async (values, kernels, decoder) => {
  const typed = { quick: true, backlog: benchOptions.backlog.default, ...values } as BenchValues;
  const plan = planOf(toBenchOptions(typed));
  const folder = temporaryFolder();
  const setup = { images: join(folder, 'in'), models: [MODEL] as never, workers: 1 };
  const { configFile } = await daemonFolder(folder, {
    kernels: plan.kernels,
    decoder: plan.decoder,
    ...setup,
  });
  const { config } = loadConfig(configFile);
  expect(config.pool).toMatchObject({ kernels, workers: 1 });
  expect(config.pipeline.decoder).toBe(decoder);
});
