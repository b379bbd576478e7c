import { describe, expect, it } from 'vitest';
import { percentileInterval } from '../../src/statistics/percentile-interval.js';
import { expectFigure, readReference } from './reference.js';

interface Reference {
  readonly resampled: number[];
  readonly low: number;
  readonly high: number;
}

describe('the percentile interval', () => {
  it.each(readReference('percentile') as Reference[])("is numpy's percentile", ({ resampled, low, high }) => {
    const interval = percentileInterval((low + high) / 2, resampled);
    expectFigure(interval.low, low);
    expectFigure(interval.high, high);
  });

  it('leaves out resamples in which the figure does not exist', () => {
    expect(percentileInterval(0.5, [0.2, NaN, 0.8, NaN])).toEqual(percentileInterval(0.5, [0.2, 0.8]));
  });

  it('is widened to contain the value', () => {
    expect(percentileInterval(0.9, [0.2, 0.8]).high).toBe(0.9);
    expect(percentileInterval(0.1, [0.2, 0.8]).low).toBe(0.1);
  });

  it.each([
    ['when all resamples agree', 1, [1, 1, 1]],
    ['when they differ by rounding only', 0.3, [0.3, 0.1 + 0.2]],
    ['without resamples', 0.5, []],
    ['without the value', NaN, [0.2, 0.8]],
  ])('does not exist %s', (_when, value, resampled) => {
    expect(percentileInterval(value, resampled)).toEqual({ low: NaN, high: NaN });
  });
});
