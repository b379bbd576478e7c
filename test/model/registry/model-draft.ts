import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { CELL_CLASSES } from '../../../src/images.js';
import { lenet5 } from '../../../src/model/networks/lenet5.js';
import { compactWeights } from '../../../scripts/ship-models/compact.js';
import { exportOnnx } from '../../../src/model/onnx/export-onnx.js';
import { Registry } from '../../../src/model/registry/registry.js';
import type { ModelDraft } from '../../../src/model/registry/draft.js';
import { randomWeights } from '../onnx/random-weights.js';

/** A folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'smearwatch-models-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function emptyRegistry(): Promise<Registry> {
  const folder = await temporaryFolder();
  return new Registry(join(folder, 'models'), { cacheFolder: join(folder, 'cache') });
}

/** A LeNet-5 with compact random weights, as bytes of its ONNX file. */
export function lenetFile(seed = 1): Uint8Array {
  const network = lenet5();
  const weights = compactWeights(network, randomWeights(network, seed), { keep: { fc3: 0.5 } });
  return exportOnnx(network, weights, { classes: CELL_CLASSES, software: 'smearwatch test' });
}

export function draftOf(model: ModelDraft['model'] = { onnx: lenetFile() }): ModelDraft {
  return {
    name: 'lenet5',
    architecture: { name: 'lenet5', options: {} },
    classes: [...CELL_CLASSES],
    precision: 'fp32',
    model,
    trainedOn: { data: 'random numbers', seed: 1 },
    evaluation: {},
    software: { smearwatch: 'test' },
    intendedUse: 'Tests.',
  };
}
