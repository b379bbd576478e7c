import { classFMeasure, type ConfusionMatrix } from '../../statistics/confusion.js';
import { precisionRecallCurve } from '../../statistics/precision-recall-curve.js';
import { rocCurve } from '../../statistics/roc-curve.js';
import { thinCurve } from '../../statistics/thin-curve.js';
import { thresholdCounts } from '../../statistics/threshold-counts.js';
import type { ClassMetrics, Estimate } from '../metrics.js';
import { bootstrapEstimate, shareEstimate, type Share } from './estimates.js';
import { figureOrNull } from './figure-or-null.js';
import type { ImageTable } from './image-table.js';
import type { RankedClass, WeightedClassFigures } from './weighted-figures.js';

/** The specificities at which the sensitivity for a class is reported. */
export const SPECIFICITIES = [0.9, 0.95, 0.99] as const;

const MOST_POINTS = 200;

/** One class with its figures, on the whole set and on every resample. */
export interface MeasuredClass extends RankedClass {
  readonly name: string;
  readonly index: number;
  readonly whole: WeightedClassFigures;
  readonly resampled: readonly WeightedClassFigures[];
}

export function classMetrics(
  table: ImageTable,
  matrix: ConfusionMatrix,
  measured: MeasuredClass,
): ClassMetrics {
  const { name, index, ranking, whole, resampled } = measured;
  const counts = thresholdCounts(ranking);
  return {
    class: name,
    images: table.labels.filter((label) => label === index).length,
    ...shares(table, measured),
    fMeasure: figureOrNull(classFMeasure(matrix, index)),
    rocArea: bootstrapEstimate(
      whole.rocArea,
      resampled.map((figures) => figures.rocArea),
    ),
    averagePrecision: bootstrapEstimate(
      whole.averagePrecision,
      resampled.map((figures) => figures.averagePrecision),
    ),
    sensitivityAt: sensitivities(table, measured),
    rocCurve: thinCurve(rocCurve(counts), MOST_POINTS),
    precisionRecallCurve: thinCurve(precisionRecallCurve(counts), MOST_POINTS),
  };
}

function shares(
  { labels, predicted, units }: ImageTable,
  { index, resampled }: MeasuredClass,
): Pick<ClassMetrics, 'precision' | 'recall' | 'specificity' | 'accuracy'> {
  const isOfClass = (image: number): boolean => labels[image] === index;
  const isCalled = (image: number): boolean => predicted[image] === index;
  const estimate = (figure: 'precision' | 'recall' | 'specificity' | 'accuracy', share: Share): Estimate =>
    shareEstimate(units, share, () => resampled.map((figures) => figures[figure]));
  return {
    precision: estimate('precision', { of: isCalled, hit: isOfClass }),
    recall: estimate('recall', { of: isOfClass, hit: isCalled }),
    specificity: estimate('specificity', {
      of: (image) => !isOfClass(image),
      hit: (image) => !isCalled(image),
    }),
    accuracy: estimate('accuracy', { of: () => true, hit: (image) => isOfClass(image) === isCalled(image) }),
  };
}

function sensitivities(
  { labels, probabilities, classes, units }: ImageTable,
  { index, thresholds, resampled }: MeasuredClass,
): ClassMetrics['sensitivityAt'] {
  return SPECIFICITIES.map((specificity, position) => {
    const threshold = thresholds[position] ?? NaN;
    const share: Share = {
      // Without other images there is no specificity, and so no threshold and no sensitivity.
      of: (image) => !Number.isNaN(threshold) && labels[image] === index,
      hit: (image) => (probabilities[image * classes + index] ?? 0) >= threshold,
    };
    const sensitivity = shareEstimate(units, share, () =>
      resampled.map((figures) => figures.sensitivityAt[position] ?? NaN),
    );
    return { specificity, threshold: figureOrNull(threshold), sensitivity };
  });
}
