import { describe, expect, it } from 'vitest';
import { movingMean, smoothingWindow, thinOut } from '../../../../src/evaluate/report/plots/smooth.js';

describe('smoothing', () => {
  it('takes the mean of the neighbours, of fewer at the ends', () => {
    expect(movingMean([0, 3, 6, 3, 0], 3)).toEqual([1.5, 3, 4, 3, 1.5]);
    expect(movingMean([1, 2], 1)).toEqual([1, 2]);
    expect(movingMean([], 5)).toEqual([]);
  });

  it('takes a fortieth of the iterations, an odd number', () => {
    expect([1, 79, 80, 1476, 3280].map(smoothingWindow)).toEqual([1, 1, 3, 37, 83]);
  });

  it('thins out evenly and keeps the ends', () => {
    const items = Array.from({ length: 10 }, (_, index) => index);
    expect(thinOut(items, 4)).toEqual([0, 3, 6, 9]);
    expect(thinOut(items, 5)).toEqual([0, 2, 4, 6, 8, 9]);
    expect(thinOut(items, 100)).toEqual(items);
  });
});
