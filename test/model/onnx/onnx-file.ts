import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Network } from '../../../src/model/networks/network.js';
import type { Weights } from '../../../src/model/networks/weights.js';
import { exportOnnx } from '../../../src/model/onnx/export-onnx.js';
import { randomWeights } from './random-weights.js';

export function classNames(network: Network): string[] {
  return Array.from({ length: network.classes }, (_, i) => `class-${i}`);
}

/** A network's ONNX file in memory, with random weights unless others are given. */
export function onnxOf(network: Network, weights: Weights = randomWeights(network)): Uint8Array {
  return exportOnnx(network, weights, { classes: classNames(network), software: 'smearwatch test' });
}

/** The path of a file with these bytes, removed when the test ends. */
export async function fileOf(bytes: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'smearwatch-onnx-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'model.onnx');
  await writeFile(file, bytes);
  return file;
}
