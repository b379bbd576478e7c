import { describe, expect, it } from 'vitest';
import { IMAGE_BYTES } from '../../../../src/images.js';
import { FrontKernel } from '../../../../src/model/accelerate/front/front-kernel.js';
import type { Front } from '../../../../src/model/networks/network.js';
import type { CutFront } from '../../../../src/model/accelerate/front/cut-front.js';
import { randomPixels } from '../../onnx/random-weights.js';
import { runFront } from '../../onnx/reference-network.js';

const scaling = { mean: [120, 100, 90], deviation: [60, 50, 40] } as const;
const resize = (side: number): Front => ({ kind: 'resize', side, ...scaling });
const means = (side: number): Front => ({ kind: 'mean-pool', side, ...scaling });
const pixels = randomPixels(3);
const imageAt = (index: number) => pixels.subarray(index * IMAGE_BYTES, (index + 1) * IMAGE_BYTES);

/** The planes that plain loops compute. */
function planesOf(front: Front, image: Uint8Array): Float32Array {
  const area = front.side ** 2;
  const values = runFront(front, image);
  return Float32Array.from(values, (_, i) => values[(i % area) * 3 + Math.floor(i / area)]!);
}

/** The largest difference between two arrays of the same length. */
function largestDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found).toHaveLength(expected.length);
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(found[i]! - expected[i]!));
  }
  return largest;
}

describe.each([
  ['AlexNet’s 227', resize(227)],
  ['the smallest side', resize(4)],
  ['a side that is not a multiple of four', resize(61)],
  ['no change of size', resize(256)],
  ['enlarging', resize(299)],
  ['the largest side', resize(512)],
  ['means of 8 × 8, as LeNet-5 has them', means(32)],
  ['means of 2 × 2', means(128)],
  ['means of 64 × 64', means(4)],
])('%s', (_name, front) => {
  it('gives the same as plain loops, in planes of floats', () => {
    const found = new FrontKernel(front).run(imageAt(0), 1);
    expect(found).toBeInstanceOf(Float32Array);
    // ONNX Runtime's centres are floats, like ours: up to 0.00003 columns off, of up to 255/40 each.
    expect(largestDifference(found, planesOf(front, imageAt(0)))).toBeLessThan(2e-4);
  });

  it('gives the levels of a quantised network as pixels of bytes', () => {
    const levels = { scale: 0.02, zeroPoint: 113 };
    const found = new FrontKernel({ ...front, levels }).run(imageAt(0), 1);
    expect(found).toBeInstanceOf(Uint8Array);
    const exact = runFront(front, imageAt(0)).map((value) => value / levels.scale + levels.zeroPoint);
    const cut = exact.map((level) => Math.min(255, Math.max(0, level)));
    expect(new Set(found).size).toBeGreaterThan(front.side > 4 ? 20 : 2);
    expect(largestDifference(found, cut)).toBeLessThan(0.51);
  });

  it('gives each image the same result in a batch and alone', () => {
    const kernel = new FrontKernel(front);
    const batch = kernel.run(pixels, 3).slice();
    const size = batch.length / 3;
    for (let i = 0; i < 3; i++) {
      expect(largestDifference(kernel.run(imageAt(i), 1), batch.subarray(i * size, (i + 1) * size))).toBe(0);
    }
  });
});

it('levels half way between two are rounded to the even one, as ONNX’s QuantizeLinear does', () => {
  const image = new Uint8Array(IMAGE_BYTES).fill(5);
  for (const kind of ['resize', 'mean-pool'] as const) {
    const front = { kind, side: 32, mean: [0, 0, 0], deviation: [1, 1, 1] } as const;
    const levelOf = (scale: number, zeroPoint = 0) =>
      new FrontKernel({ ...front, levels: { scale, zeroPoint } }).run(image, 1)[0];
    expect([levelOf(2), levelOf(10), levelOf(10 / 3), levelOf(2, 1)]).toEqual([2, 0, 2, 3]);
    expect([levelOf(0.001), levelOf(1, 255), levelOf(1e-9)]).toEqual([255, 255, 255]);
    const dark = { ...front, mean: [9, 9, 9], levels: { scale: 1e-6, zeroPoint: 7 } } as const;
    expect(new FrontKernel(dark).run(image, 1)[0]).toBe(0);
  }
});

it('black and white stay unchanged', () => {
  const front: CutFront = { kind: 'resize', side: 227, mean: [0, 0, 0], deviation: [1, 1, 1] };
  const kernel = new FrontKernel(front);
  for (const level of [0, 255]) {
    const found = kernel.run(new Uint8Array(IMAGE_BYTES).fill(level), 1);
    expect(new Set(found)).toEqual(new Set([level]));
  }
});

it.each([0, 3, 513])('a side of %i is refused', (side) => {
  expect(() => new FrontKernel(resize(side))).toThrow(RangeError);
});

it('a batch larger than the memory is refused, and the next one is computed', () => {
  const kernel = new FrontKernel(resize(512));
  expect(() => kernel.run(new Uint8Array(), 1000)).toThrow(/do not fit into memory/);
  expect(kernel.run(imageAt(0), 1)).toHaveLength(3 * 512 ** 2);
});
