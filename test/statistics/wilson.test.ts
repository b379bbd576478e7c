import { describe, expect, it } from 'vitest';
import { wilsonInterval } from '../../src/statistics/wilson.js';
import { expectFigures, readReference } from './reference.js';

interface Reference {
  readonly hits: number;
  readonly images: number;
  readonly interval: [number, number];
}

describe('the Wilson interval', () => {
  // R: prop.test(x, n, correct = FALSE)$conf.int; Newcombe, Statistics in Medicine 17 (1998), table I, method
  // 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i of %i is %f to %f', (hits, count, low, high) => {
    const interval = wilsonInterval(hits, count);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it.each(readReference('wilson') as Reference[])(
    "of $hits of $images is statsmodels', and holds the share",
    ({ hits, images, interval }) => {
      const { low, high } = wilsonInterval(hits, images);
      expectFigures([low, high], interval);
      expect(low <= hits / images && hits / images <= high).toBe(true);
    },
  );

  it('never leaves 0 to 1, and mirrors', () => {
    expect(wilsonInterval(20, 20).high).toBe(1);
    expect(wilsonInterval(20, 20).low).toBeCloseTo(1 - wilsonInterval(0, 20).high, 12);
  });

  it('without images is not a number', () => {
    expect(wilsonInterval(0, 0)).toEqual({ low: NaN, high: NaN });
  });
});
