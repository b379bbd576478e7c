import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../fixtures/folders.js';
import { SMEAR_SIZE } from '../../fixtures/images.js';
import { drawSmears } from './feed.js';
import { smallModels } from './models.js';
import { swapUnderLoad } from './swaps.js';

/**
 * A round of every change with small models; `npx tsx scripts/swaps.ts` plays a hundred, with AlexNet, and
 * measures latency.
 */
it('loses nothing and mixes up nothing, however often models and settings change, valid or not', async () => {
  const folder = temporaryFolder();
  const smears = await drawSmears(join(folder, 'smears'), 24, SMEAR_SIZE);
  const models = await smallModels(folder);
  const report = await swapUnderLoad({
    folder: join(folder, 'world'),
    models,
    smears,
    size: SMEAR_SIZE,
    steadyMs: 0,
    swaps: 30,
    images: 1000,
    backlog: 200,
    pauseMs: 0,
  });
  expect(report.findings).toEqual([]);
  expect(report.sharpness).toBeGreaterThan(0.9);
}, 120_000);
