import { describe, expect, it } from 'vitest';
import { averagePrecision } from '../../src/statistics/average-precision.js';
import { rankImages } from '../../src/statistics/ranking.js';
import { CASES, CLASSES, expectFigure, rankCase, readCase } from './reference.js';

describe('average precision', () => {
  it.each(CASES)("is scikit-learn's average_precision_score, also of a resample: %s", (name) => {
    const reference = readCase(name);
    for (const index of CLASSES.keys()) {
      const expected = reference.expected.perClass[index]!;
      expectFigure(averagePrecision(rankCase(reference, index)), expected.averagePrecision);
      expectFigure(
        averagePrecision(rankCase(reference, index), reference.weights),
        expected.weightedAveragePrecision,
      );
    }
  });

  it('of scores that are all equal is the share of the class', () => {
    expect(averagePrecision(rankImages([0.5, 0.5, 0.5, 0.5], [false, true, false, false]))).toBe(0.25);
  });

  it('treats images of one score together, in any order', () => {
    const ahead = averagePrecision(rankImages([0.9, 0.9, 0.1], [true, false, true]));
    const behind = averagePrecision(rankImages([0.9, 0.9, 0.1], [false, true, true]));
    expect(ahead).toBe(behind);
    expect(ahead).toBeCloseTo(0.5 * (1 / 2) + 0.5 * (2 / 3), 12);
  });
});
