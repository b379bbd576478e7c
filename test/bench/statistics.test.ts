import { expect, it } from 'vitest';
import { combine, percentile, ratioOf, rowsOf, slopeOf, spreadOf } from '../../src/bench/statistics.js';

it('a spread is the median and the ends of the rounds, in their order', () => {
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, low: 1, high: 3, rounds: [3, 1, 2] });
  expect(spreadOf([1, 2]).median).toBe(1.5);
});

it('a percentile is interpolated like numpy’s', () => {
  expect(percentile([10, 20, 30, 40], 0.99)).toBeCloseTo(39.7);
});

it('a ratio is taken round by round, so that a slow round does not distort it', () => {
  const [fast, slow] = [spreadOf([100, 50, 100]), spreadOf([50, 25, 50])];
  expect(ratioOf(fast, slow)).toEqual({ median: 2, low: 2, high: 2, rounds: [2, 2, 2] });
});

it('a combination has the rounds that all figures have', () => {
  expect(combine([spreadOf([1, 2, 3]), spreadOf([10, 20])], ([a = 0, b = 0]) => a + b).rounds).toEqual([
    11, 22,
  ]);
});

it('samples of the same thing become one row, in the order in which they came', () => {
  const sample = (cores: number, rate: number) => ({ of: { cores }, figures: { rate } });
  const rows = rowsOf([sample(1, 10), sample(2, 20), sample(1, 12), sample(2, 22)]);
  expect(rows.map(({ of }) => of.cores)).toEqual([1, 2]);
  expect(rows.map(({ figures }) => figures.rate?.rounds)).toEqual([
    [10, 12],
    [20, 22],
  ]);
});

it('a slope is that of the nearest line', () => {
  expect(slopeOf([1, 2, 4], [5, 7, 11])).toBeCloseTo(2);
  // Like numpy.polyfit([0, 1, 2, 3], [0, 0, 32, 32], 1): files that end a batch at a time.
  expect(slopeOf([0, 1, 2, 3], [0, 0, 32, 32])).toBeCloseTo(12.8);
  expect(slopeOf([1, 1], [0, 5])).toBeNaN();
});
