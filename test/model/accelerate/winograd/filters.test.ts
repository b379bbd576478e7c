import { describe, expect, it } from 'vitest';
import {
  outputsPerTile,
  pointsPerTile,
  transformFilters,
} from '../../../../src/model/accelerate/winograd/filters.js';
import type { Convolution } from '../../../../src/model/accelerate/winograd/convolution-run.js';
import { randomNumbers } from '../../onnx/random-weights.js';

/** G of both sizes, computed by hand: a row for each of the points 0, 1, −1, 2, −2, ½ (, −½), ∞. */
const MATRICES: Readonly<Record<Convolution['kernel'], readonly (readonly number[])[]>> = {
  3: [
    [-1 / 2, 0, 0],
    [-1 / 3, -1 / 3, -1 / 3],
    [1 / 9, -1 / 9, 1 / 9],
    [1 / 36, 1 / 18, 1 / 9],
    [-1 / 60, 1 / 30, -1 / 15],
    [32 / 45, 16 / 45, 8 / 45],
    [0, 0, 1],
  ],
  5: [
    [1, 0, 0, 0, 0],
    [-2 / 9, -2 / 9, -2 / 9, -2 / 9, -2 / 9],
    [-2 / 9, 2 / 9, -2 / 9, 2 / 9, -2 / 9],
    [1 / 90, 1 / 45, 2 / 45, 4 / 45, 8 / 45],
    [1 / 90, -1 / 45, 2 / 45, -4 / 45, 8 / 45],
    [32 / 45, 16 / 45, 8 / 45, 4 / 45, 2 / 45],
    [32 / 45, -16 / 45, 8 / 45, -4 / 45, 2 / 45],
    [0, 0, 0, 0, 1],
  ],
};

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

interface Size {
  readonly kernel: Convolution['kernel'];
  readonly groups?: number;
  readonly channels?: number;
  readonly outputs?: number;
}

function convolution(
  { kernel, groups = 1, channels = 4, outputs = 8 }: Size,
  valueAt: (index: number) => number,
): Convolution {
  const filters = Float32Array.from({ length: (outputs * channels * kernel ** 2) / groups }, (_, i) =>
    valueAt(i),
  );
  const bias = new Float32Array(outputs);
  return { kind: 'convolution', filters, bias, kernel, padding: 0, groups, channels, outputs };
}

/** Transforms one filter of one channel. */
function transformOne(kernel: Convolution['kernel'], valueAt: (row: number, column: number) => number) {
  const of = convolution({ kernel, channels: 1, outputs: 1 }, (i) =>
    valueAt(Math.floor(i / kernel), i % kernel),
  );
  const transformed = transformFilters(of);
  const side = Math.sqrt(transformed.length);
  return { at: (row: number, column: number) => transformed[row * side + column]!, last: side - 1 };
}

describe.each([3, 5] as const)('Filters of %i × %i', (kernel) => {
  const matrix = MATRICES[kernel];
  const side = matrix.length;

  it('have as many points in each direction as their outputs need', () => {
    expect(pointsPerTile(kernel)).toBe(side ** 2);
    expect(outputsPerTile(kernel)).toBe(side - kernel + 1);
  });

  it.each([
    ['one group', { groups: 1, channels: 4, outputs: 8 }],
    ['two groups', { groups: 2, channels: 8, outputs: 12 }],
    ['four groups of one channel', { groups: 4, channels: 4, outputs: 8 }],
  ])('become G·g·Gᵀ, as [points, groups, channels, outputs], of %s', (_name, size) => {
    const random = randomNumbers(5);
    const of = convolution({ kernel, ...size }, () => 2 * random() - 1);
    const found = transformFilters(of);
    const [wide, deep] = [size.channels / size.groups, size.outputs / size.groups];
    expect(found).toHaveLength(side ** 2 * size.groups * wide * deep);
    const filterAt = (output: number, channel: number, i: number, j: number) =>
      of.filters[((output * wide + channel) * kernel + i) * kernel + j]!;
    let at = 0;
    for (let point = 0; point < side ** 2; point++) {
      const [rowFactors, columnFactors] = [matrix[Math.floor(point / side)]!, matrix[point % side]!];
      for (let group = 0; group < size.groups; group++) {
        for (let channel = 0; channel < wide; channel++) {
          for (let output = group * deep; output < (group + 1) * deep; output++, at++) {
            const terms = range(kernel).flatMap((i) =>
              range(kernel).map((j) => rowFactors[i]! * columnFactors[j]! * filterAt(output, channel, i, j)),
            );
            expect(found[at]).toBeCloseTo(sum(terms), 6);
          }
        }
      }
    }
  });

  it('have their first value at 0, their last one at ∞, and their corners between the two', () => {
    const { at, last } = transformOne(kernel, (row, column) => 10 * (row + 1) + column + 1);
    const factor = matrix[0]![0]!;
    expect(at(0, 0)).toBe(Math.fround(factor ** 2 * 11));
    expect(at(0, last)).toBe(Math.fround(factor * (10 + kernel)));
    expect(at(last, 0)).toBe(Math.fround(factor * (10 * kernel + 1)));
    expect(at(last, last)).toBe(11 * kernel);
  });

  it('have their sum at 1, and at −1 their sum with alternating signs', () => {
    const random = randomNumbers(6);
    const values = range(kernel ** 2).map(() => Math.fround(random()));
    const { at } = transformOne(kernel, (row, column) => values[row * kernel + column]!);
    const [, [one = 0] = [], [minusOne = 0] = []] = matrix;
    expect(at(1, 1)).toBeCloseTo(one ** 2 * sum(values), 6);
    // The sign of row + column is that of the place, since sides are odd.
    expect(at(2, 2)).toBeCloseTo(
      minusOne ** 2 * sum(values.map((value, i) => (i % 2 === 0 ? value : -value))),
      6,
    );
  });

  it('of zeros are zeros', () => {
    expect(new Set(transformFilters(convolution({ kernel }, () => 0)))).toEqual(new Set([0]));
  });

  it.each([NaN, Infinity, -Infinity])(
    'with a value of %d become not a number at every point except 0 and ∞',
    (value) => {
      const { at, last } = transformOne(kernel, (row, column) => (row === 1 && column === 1 ? value : 1));
      for (const row of range(last).slice(1)) {
        for (const column of range(last).slice(1)) expect(Number.isFinite(at(row, column))).toBe(false);
      }
    },
  );
});

it.each([3, 5] as const)('The factors of %i × %i are 1 / ∏(p − q), or minus that', (kernel) => {
  const points = [0, 1, -1, 2, -2, 1 / 2, -1 / 2].slice(0, MATRICES[kernel].length - 1);
  for (const [index, point] of points.entries()) {
    const product = points
      .filter((other) => other !== point)
      .reduce((all, other) => all * (point - other), 1);
    expect(Math.abs(MATRICES[kernel][index]![0]!)).toBeCloseTo(Math.abs(1 / product), 12);
  }
});
