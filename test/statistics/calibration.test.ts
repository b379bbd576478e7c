import { describe, expect, it } from 'vitest';
import { expectedCalibrationError, reliabilityBins } from '../../src/statistics/calibration.js';
import { CASES, CLASSES, expectFigure, expectFigures, readCase } from './reference.js';

describe('calibration', () => {
  it.each(CASES)("has scikit-learn's bins, and their error: %s", (name) => {
    const { labels, probabilities, expected } = readCase(name);
    const bins = reliabilityBins(probabilities.flat(), labels, CLASSES.length);
    const filled = bins.filter(({ images }) => images > 0);
    expect(bins.map(({ images }) => images)).toEqual(expected.calibration.images);
    expectFigures(
      filled.map(({ shareRight }) => shareRight),
      expected.calibration.shareRight,
    );
    expectFigures(
      filled.map(({ confidence }) => confidence),
      expected.calibration.confidence,
    );
    expectFigure(expectedCalibrationError(bins), expected.calibration.expectedError);
  });

  it('counts a confidence on an edge in the bin below it, and 1 in the last', () => {
    const confidences = [0.5, 0.6, 0.7, 0.8, 0.9, 1];
    const bins = reliabilityBins(
      confidences.flatMap((confidence) => [confidence, 1 - confidence]),
      confidences.map(() => 0),
      2,
    );
    expect(bins.map(({ images }) => images)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
    expect(bins[6]).toEqual({ low: 0.6, high: 0.7, images: 1, confidence: 0.7, shareRight: 1 });
  });

  it('is 0 for a model that is right as often as it says, 1 for one that is certain and wrong', () => {
    const saysThreeQuarters = reliabilityBins(
      [0.75, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75, 0.25],
      [0, 0, 0, 1],
      2,
    );
    expect(expectedCalibrationError(saysThreeQuarters)).toBe(0);
    expect(expectedCalibrationError(reliabilityBins([1, 0], [1], 2))).toBe(1);
    expect(expectedCalibrationError(reliabilityBins([], [], 2))).toBeNaN();
  });
});
