import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine.js';
import { IMAGE_BYTES } from '../../../src/images.js';
import { loadEngine } from '../../../src/model/engines/load-engine.js';
import { lenet5 } from '../../../src/model/networks/lenet5.js';
import type { Network } from '../../../src/model/networks/network.js';
import { decodeModel, encodeModel } from '../../../src/model/onnx/proto.js';
import { fileOf, onnxOf } from '../onnx/onnx-file.js';
import { randomPixels } from '../onnx/random-weights.js';
import { engines } from './engines.js';

/** The contract of every engine. */
describe.each(engines)('$title', ({ name, isHere }) => {
  const network = lenet5();
  let engine: Engine;
  beforeAll(async () => {
    if (isHere) engine = await loadEngine(name);
  });
  const open = async (of: Network, bytes = onnxOf(of)) =>
    engine.open(await fileOf(bytes), of.classes, { threads: 1 });

  it.runIf(isHere)('says its name and version', () => {
    expect(engine.name).toBe(name);
    expect(engine.capabilities.version).toMatch(/^\d+\.\d+\.\d+/);
  });

  it.runIf(isHere).each([
    ['LeNet-5', network],
    ['LeNet-5 with five classes', lenet5({ classes: 5 })],
    ['LeNet-5 with two classes of a head of 1,000', lenet5({ classes: 2, headUnits: 1000 })],
  ])('%s: gives a row of probabilities per image, each of which sums to 1', async (_title, of) => {
    const session = await open(of);
    const computation = name === 'onnxruntime' ? 'smearwatch-front' : 'tfjs-node';
    expect(session.computedBy).toEqual({ computation, engineVersion: engine.capabilities.version });
    expect(session.fallback).toBeUndefined();
    const found = await session.run(randomPixels(4), 4);
    expect(found).toBeInstanceOf(Float32Array);
    expect(found).toHaveLength(4 * of.classes);
    for (let row = 0; row < 4; row++) {
      const probabilities = [...found.subarray(row * of.classes, (row + 1) * of.classes)];
      expect(probabilities.every((value) => value >= 0 && value <= 1)).toBe(true);
      expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    }
    await session.close();
  });

  it.runIf(isHere)('gives an image the same result in any batch, and reads no further', async () => {
    const session = await open(network);
    const pixels = randomPixels(5);
    const together = await session.run(pixels, 5);
    for (let i = 0; i < 5; i++) {
      // A view into a larger buffer, with other images behind it.
      const alone = await session.run(pixels.subarray(i * IMAGE_BYTES), 1);
      expect(alone).toHaveLength(3);
      [...alone].forEach((value, k) => expect(value).toBeCloseTo(together[i * 3 + k]!, 6));
    }
    await session.close();
  });

  it.runIf(isHere)('does not change the pixels', async () => {
    const session = await open(network);
    const pixels = randomPixels(2);
    await session.run(pixels, 2);
    expect(Buffer.compare(pixels, randomPixels(2))).toBe(0);
    await session.close();
  });

  it.runIf(isHere)('keeps two open models separate, and serves one after the other is closed', async () => {
    const [first, second] = [await open(network), await open(lenet5({ classes: 4 }))];
    const before = await first.run(randomPixels(1), 1);
    expect(await second.run(randomPixels(1), 1)).toHaveLength(4);
    await second.close();
    expect(await first.run(randomPixels(1), 1)).toEqual(before);
    await first.close();
  });

  it.runIf(isHere)('fails with a code when pixels are missing, and after the session is closed', async () => {
    const session = await open(network);
    const failure = { name: 'SmearwatchError', code: 'inference-failed' };
    await expect(session.run(new Uint8Array(IMAGE_BYTES), 2)).rejects.toMatchObject(failure);
    await expect(session.run(new Uint8Array(IMAGE_BYTES), 0)).rejects.toMatchObject(failure);
    await session.close();
    await session.close();
    await expect(session.run(new Uint8Array(IMAGE_BYTES), 1)).rejects.toMatchObject(failure);
  });

  it.runIf(isHere).each<[string, () => Uint8Array]>([
    ['an empty file', () => new Uint8Array()],
    ['a truncated file', () => onnxOf(network).subarray(0, 50_000)],
    ['no ONNX file', () => Buffer.from('no model')],
    ['a model of more classes', () => onnxOf(lenet5({ classes: 4 }))],
    ['a model of fewer classes', () => onnxOf(lenet5({ classes: 2 }))],
    [
      'a model with another input',
      () => {
        const model = decodeModel(onnxOf(network));
        model.graph.input![0]!.name = 'pixels';
        model.graph.node![0]!.input = ['pixels'];
        return encodeModel(model);
      },
    ],
  ])('refuses %s with a code and the path', async (_title, bytes) => {
    const file = await fileOf(bytes());
    await expect(engine.open(file, 3, { threads: 1 })).rejects.toMatchObject({
      name: 'SmearwatchError',
      code: 'model-unloadable',
      message: expect.stringContaining(file) as string,
    });
  });

  it.runIf(isHere)('refuses a missing file with its path', async () => {
    await expect(engine.open('/nowhere/model.onnx', 3, { threads: 1 })).rejects.toMatchObject({
      code: 'model-unloadable',
      message: expect.stringContaining('/nowhere/model.onnx') as string,
    });
  });
});
