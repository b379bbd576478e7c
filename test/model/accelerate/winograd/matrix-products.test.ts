import { expect, it } from 'vitest';
import { MatrixProducts } from '../../../../src/model/accelerate/winograd/matrix-products.js';
import type { ConvolutionShape } from '../../../../src/model/accelerate/winograd/convolution-run.js';
import { randomNumbers } from '../../onnx/random-weights.js';

const POINTS = 49;
const shape: ConvolutionShape = { kernel: 3, padding: 1, groups: 2, channels: 64, outputs: 96 };
const [wide, deep] = [shape.channels / shape.groups, shape.outputs / shape.groups];
const random = randomNumbers(3);
const floats = (length: number) => Float32Array.from({ length }, () => random() - 0.5);
const filters = floats(POINTS * shape.groups * wide * deep);
const settings = { intraOpNumThreads: 1, logSeverityLevel: 4 } as const;

it('each point and group is a product of matrices', async () => {
  const products = await MatrixProducts.open(shape, filters, settings);
  const count = 5;
  const tiles = floats(POINTS * count * shape.channels);
  const found = new Float32Array(POINTS * count * shape.outputs).fill(NaN);
  await products.run(tiles, found);
  await products.release();
  found.forEach((value, at) => {
    const [matrix, tile, output] = [Math.floor(at / deep / count), Math.floor(at / deep) % count, at % deep];
    let expected = 0;
    for (let c = 0; c < wide; c++)
      expected += tiles[(matrix * count + tile) * wide + c]! * filters[(matrix * wide + c) * deep + output]!;
    expect(value).toBeCloseTo(expected, 4);
  });
});

it('products are written into the given memory, and no other is allocated for them', async () => {
  const products = await MatrixProducts.open(shape, filters, settings);
  const [count, runs] = [50, 20];
  const tiles = floats(POINTS * count * shape.channels);
  const found = new Float32Array(POINTS * count * shape.outputs);
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < runs; i++) await products.run(tiles, found);
  // A copy of each would be 18 MB, or less if memory was collected since then: each alone is larger than this
  // limit.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(found.byteLength / 2);
  await products.release();
});

it('a computation that fails reports the reason', async () => {
  const products = await MatrixProducts.open(shape, filters, settings);
  const running = products.run(new Float32Array(POINTS * 64), new Float32Array(POINTS * 96 * 2));
  await expect(running).rejects.toThrow(/shape|output/i);
  await products.release();
});
