import { averagePrecision } from '../../statistics/average-precision.js';
import {
  confusionOf,
  figuresOf,
  type ClassFigures,
  type ConfusionFigures,
} from '../../statistics/confusion.js';
import type { Ranking } from '../../statistics/ranking.js';
import { rocArea } from '../../statistics/roc-area.js';
import { sensitivityAbove } from '../../statistics/sensitivity-at.js';
import { specificityOf } from '../../statistics/specificity.js';
import type { ImageTable } from './image-table.js';

/** Every figure with an interval, on one resample. */
export interface WeightedFigures extends ConfusionFigures {
  readonly perClass: readonly WeightedClassFigures[];
}

export interface WeightedClassFigures extends ClassFigures {
  readonly specificity: number;
  readonly rocArea: number;
  readonly averagePrecision: number;
  /** One sensitivity per threshold. */
  readonly sensitivityAt: readonly number[];
}

/** A class against the rest: its images by score, and the thresholds that were chosen on the whole set. */
export interface RankedClass {
  readonly ranking: Ranking;
  readonly thresholds: readonly number[];
}

/**
 * Computes the figures of one resample.
 * @param weights how often each image counts
 */
export function weightedFigures(
  { labels, predicted, classes }: ImageTable,
  ranked: readonly RankedClass[],
  weights: ArrayLike<number>,
): WeightedFigures {
  const matrix = confusionOf(labels, predicted, classes, weights);
  const figures = figuresOf(matrix);
  const perClass = figures.perClass.map((classFigures, index) => ({
    ...classFigures,
    specificity: specificityOf(matrix, index),
    ...rankedFigures(ranked[index], weights),
  }));
  return { ...figures, perClass };
}

function rankedFigures(
  ranked: RankedClass | undefined,
  weights: ArrayLike<number>,
): Pick<WeightedClassFigures, 'rocArea' | 'averagePrecision' | 'sensitivityAt'> {
  if (ranked === undefined) return { rocArea: NaN, averagePrecision: NaN, sensitivityAt: [] };
  const { ranking, thresholds } = ranked;
  return {
    rocArea: rocArea(ranking, weights),
    averagePrecision: averagePrecision(ranking, weights),
    sensitivityAt: thresholds.map((threshold) => sensitivityAbove(ranking, threshold, weights)),
  };
}
