import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it, onTestFinished, vi } from 'vitest';
import { classifyFiles, type FileOutcome } from '../../../src/cli/classify/classify-files.js';
import { configOrDefaults } from '../../../src/cli/classify/settings.js';
import { IMAGE_BYTES, IMAGE_SIDE } from '../../../src/images.js';
import { loadModelSpecs } from '../../../src/model/registry/in-use.js';
import { InferencePool } from '../../../src/pool/inference-pool.js';
import { POISONS, type Poison } from '../../../src/pool/worker/poison.js';
import { temporaryFolder } from '../../fixtures/folders.js';
import { addLeNet5, emptyRegistry, use } from '../../fixtures/registry.js';
import { WORKER_FILE } from '../../fixtures/worker-file.js';

async function pngIn(folder: string, name: string, poison?: Poison): Promise<string> {
  const pixels = new Uint8Array(IMAGE_BYTES).fill(100);
  if (poison) pixels.set(POISONS[poison], IMAGE_BYTES - 3);
  const path = join(folder, name);
  await sharp(pixels, { raw: { width: IMAGE_SIDE, height: IMAGE_SIDE, channels: 3 } }).toFile(path);
  return path;
}

it('smearwatch classify answers for every file in the order given, also beside one that kills its worker', async () => {
  vi.stubEnv('NODE_ENV', 'test');
  vi.stubEnv('SMEARWATCH_FAULT', 'poison');
  onTestFinished(() => void vi.unstubAllEnvs());
  const folder = temporaryFolder();
  const registry = emptyRegistry(folder);
  await addLeNet5(registry, 1);
  const models = { registry: registry.folder, use: use('lenet5'), cacheFolder: undefined };
  const pool = await InferencePool.start({
    workerFile: WORKER_FILE,
    workers: 1,
    models: await loadModelSpecs(models),
    taskTimeoutMs: 60_000,
  });
  onTestFinished(() => pool.destroy());
  const text = join(folder, 'text.png');
  writeFileSync(text, 'no image');
  const paths = [
    await pngIn(folder, 'first.png'),
    join(folder, 'missing.png'),
    await pngIn(folder, 'poisoned.png', 'exit'),
    text,
    await pngIn(folder, 'last.png'),
  ];
  const found = paths.map((path) => ({ path, isNamed: true }));
  const { pipeline: limits, review } = configOrDefaults(undefined);
  const outcomes: FileOutcome[] = [];
  const options = { limits, ...review, signal: new AbortController().signal };
  for await (const outcome of classifyFiles(found, pool, options)) outcomes.push(outcome);
  expect(outcomes.map((outcome) => [outcome.path, 'code' in outcome ? outcome.code : 'classified'])).toEqual([
    [paths[0], 'classified'],
    [paths[1], 'file-unreadable'],
    [paths[2], 'worker-lost'],
    [paths[3], 'image-format-unsupported'],
    [paths[4], 'classified'],
  ]);
});
