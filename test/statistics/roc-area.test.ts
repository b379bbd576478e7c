import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { rankImages } from '../../src/statistics/ranking.js';
import { rocArea } from '../../src/statistics/roc-area.js';
import { CASES, CLASSES, expectFigure, rankCase, readCase } from './reference.js';

describe('the area under the receiver operating characteristic', () => {
  it.each(CASES)("is scikit-learn's roc_auc_score, also of a resample: %s", (name) => {
    const reference = readCase(name);
    for (const index of CLASSES.keys()) {
      const expected = reference.expected.perClass[index]!;
      expectFigure(rocArea(rankCase(reference, index)), expected.rocArea);
      expectFigure(rocArea(rankCase(reference, index), reference.weights), expected.weightedRocArea);
    }
  });

  it('counts equal scores half, in any order of the images', () => {
    expect(rocArea(rankImages([0.5, 0.5], [true, false]))).toBe(0.5);
    expect(rocArea(rankImages([0.5, 0.5], [false, true]))).toBe(0.5);
  });

  it('is the share of pairs in which the image of the class scores higher', () => {
    for (let seed = 0; seed < 20; seed++) {
      const random = new Random(seed, 'pairs');
      const scores = Array.from({ length: 40 }, () => random.integer(0, 9));
      const positive = scores.map((score) => random.chance(0.2 + score / 20));
      const [own, others] = [true, false].map((wanted) => scores.filter((_, at) => positive[at] === wanted));
      const wins = own!.flatMap((score): number[] =>
        others!.map((other) => (score > other ? 1 : score === other ? 0.5 : 0)),
      );
      const share = wins.reduce((sum, win) => sum + win, 0) / wins.length;
      expect(rocArea(rankImages(scores, positive))).toBeCloseTo(share, 12);
    }
  });

  it('mirrors when the scores are negated', () => {
    const scores = [0.1, 0.4, 0.35, 0.8, 0.35];
    const positive = [false, false, true, true, false];
    const turned = scores.map((score) => 1 - score);
    expect(rocArea(rankImages(turned, positive))).toBeCloseTo(1 - rocArea(rankImages(scores, positive)), 12);
  });
});
