import { describe, expect, it } from 'vitest';
import { averagePrecision } from '../../src/statistics/average-precision.js';
import { precisionRecallCurve } from '../../src/statistics/precision-recall-curve.js';
import { rankImages, type Ranking } from '../../src/statistics/ranking.js';
import { rocArea } from '../../src/statistics/roc-area.js';
import { rocCurve } from '../../src/statistics/roc-curve.js';
import { thinCurve, type CurvePoint } from '../../src/statistics/thin-curve.js';
import { thresholdCounts } from '../../src/statistics/threshold-counts.js';
import { CLASSES, expectFigures, randomPredictions, rankCase, readCase } from './reference.js';

describe.each(['balanced', 'ties'] as const)('the curves of case %s', (name) => {
  const reference = readCase(name);

  it.each([...CLASSES.keys()])("are scikit-learn's: class %i", (index) => {
    const counts = thresholdCounts(rankCase(reference, index));
    const expected = reference.expected.perClass[index]!;
    expectFigures(rocCurve(counts).flat(), expected.rocCurve!.flat());
    const curve = precisionRecallCurve(counts);
    expectFigures(
      curve.slice(-expected.precisionRecallCurve!.length).flat(),
      expected.precisionRecallCurve!.flat(),
    );
    expect(curve[0]![0]).toBe(0);
  });
});

it('a class without images has no curves, one without others no receiver operating characteristic', () => {
  const nothing = thresholdCounts(rankImages([0.2, 0.8], [false, false]));
  expect([rocCurve(nothing), precisionRecallCurve(nothing)]).toEqual([[], []]);
  const everything = thresholdCounts(rankImages([0.2, 0.8], [true, true]));
  expect(rocCurve(everything)).toEqual([]);
  expect(precisionRecallCurve(everything)).toEqual([
    [0, 1],
    [0.5, 1],
    [1, 1],
  ]);
});

const trapezoids = (points: readonly CurvePoint[]): number =>
  points.slice(1).reduce((area, [x, y], at) => area + ((x - points[at]![0]) * (y + points[at]![1])) / 2, 0);
const steps = (points: readonly CurvePoint[]): number =>
  points.slice(1).reduce((area, [x, y], at) => area + (x - points[at]![0]) * y, 0);

describe('a thinned curve', () => {
  const rankings = [1, 2, 3].map((seed): Ranking => {
    const predictions = randomPredictions(seed, 4000);
    return rankImages(
      predictions.map(({ probabilities }) => probabilities[0]!),
      predictions.map(({ label }) => label === 0),
    );
  });

  it.each(rankings)('keeps its ends, its order and its area with 200 of 4,000 points', (ranking) => {
    const counts = thresholdCounts(ranking);
    const [roc, precisionRecall] = [rocCurve(counts), precisionRecallCurve(counts)];
    expect(trapezoids(roc)).toBeCloseTo(rocArea(ranking), 9);
    expect(steps(precisionRecall)).toBeCloseTo(averagePrecision(ranking), 9);
    for (const curve of [roc, precisionRecall]) {
      const thin = thinCurve(curve, 200);
      expect(thin).toHaveLength(200);
      expect([thin[0], thin.at(-1)]).toEqual([curve[0], curve.at(-1)]);
      expect(curve.filter((point) => thin.includes(point))).toEqual(thin);
    }
    expect(Math.abs(trapezoids(thinCurve(roc, 200)) - rocArea(ranking))).toBeLessThan(0.001);
    expect(Math.abs(steps(thinCurve(precisionRecall, 200)) - averagePrecision(ranking))).toBeLessThan(0.003);
  });

  it('has no points on straight lines, even if it may have more', () => {
    const corner: CurvePoint[] = [
      [0, 0],
      [0, 0.5],
      [0, 1],
      [0.5, 1],
      [1, 1],
    ];
    expect(thinCurve(corner, 200)).toEqual([corner[0], corner[2], corner[4]]);
    expect(thinCurve(corner.slice(0, 2), 200)).toEqual(corner.slice(0, 2));
    expect(thinCurve([], 200)).toEqual([]);
    expect(thinCurve([[1, 1]], 200)).toEqual([[1, 1]]);
  });
});
