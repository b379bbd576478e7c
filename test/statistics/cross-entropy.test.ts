import { describe, expect, it } from 'vitest';
import { quadraticLoss } from '../../src/statistics/confusion.js';
import { crossEntropy } from '../../src/statistics/cross-entropy.js';
import { CASES, CLASSES, expectFigure, readCase } from './reference.js';

describe('cross-entropy and quadratic loss', () => {
  it.each(CASES)("are scikit-learn's log_loss and numpy's: %s", (name) => {
    const { labels, probabilities, expected } = readCase(name);
    expectFigure(crossEntropy(probabilities.flat(), labels, CLASSES.length), expected.crossEntropy);
    expectFigure(quadraticLoss(probabilities.flat(), labels, CLASSES.length), expected.quadraticLoss);
  });

  it('a probability of exactly 0 counts as 2⁻⁵², not as infinitely wrong', () => {
    expect(crossEntropy([1, 0, 1, 0], [1, 0], 2)).toBeCloseTo((52 * Math.LN2) / 2, 12);
  });
});
