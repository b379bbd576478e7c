import { describe, expect, it } from 'vitest';
import { rankImages } from '../../src/statistics/ranking.js';
import { sensitivityAbove, sensitivityAt } from '../../src/statistics/sensitivity-at.js';
import { CASES, CLASSES, expectFigure, rankCase, readCase } from './reference.js';

describe('sensitivity at a fixed specificity', () => {
  it.each(CASES)('is the result of trying every threshold: %s', (name) => {
    const reference = readCase(name);
    for (const index of CLASSES.keys()) {
      const ranking = rankCase(reference, index);
      for (const [at, specificity] of [0.9, 0.95, 0.99].entries()) {
        const expected = reference.expected.perClass[index]!.sensitivityAt[at]!;
        const found = sensitivityAt(ranking, specificity);
        expectFigure(found.sensitivity, expected.sensitivity);
        if (expected.threshold === null) expect(found.threshold).not.toBeLessThan(Infinity);
        else expect(found.threshold).toBe(expected.threshold);
        const once = reference.labels.map(() => 1);
        expect(sensitivityAbove(ranking, found.threshold, once)).toBe(found.sensitivity);
      }
    }
  });

  it('takes a specificity that is reached exactly', () => {
    const scores = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.85];
    const positive = scores.map((_, index) => index === 10);
    expect(sensitivityAt(rankImages(scores, positive), 0.9)).toEqual({ threshold: 0.85, sensitivity: 1 });
    expect(sensitivityAt(rankImages(scores, positive), 0.91)).toEqual({
      threshold: Infinity,
      sensitivity: 0,
    });
  });

  it('falls with a higher specificity', () => {
    const ranking = rankCase(readCase('balanced'), 0);
    const found = [0, 0.5, 0.9, 0.95, 0.99, 1].map((specificity) => sensitivityAt(ranking, specificity));
    expect(found.map(({ sensitivity }) => sensitivity)).toEqual(
      found.map(({ sensitivity }) => sensitivity).sort((a, b) => b - a),
    );
    expect(found[0]!.sensitivity).toBe(1);
  });
});
