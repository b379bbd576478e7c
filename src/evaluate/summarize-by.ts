import { BOOTSTRAP, type BootstrapOptions } from '../statistics/bootstrap.js';
import type { LabelledPrediction } from './labelled-prediction.js';
import type { ModelMetrics } from './metrics.js';
import { summarize } from './summarize.js';

/**
 * The summary again for every value of `by`, for instance per hospital, in the order of the values. Images
 * without a value (every image, when nothing was asked for) are in none.
 */
export function summarizeBy(
  predictions: readonly LabelledPrediction[],
  classes: readonly string[],
  options: BootstrapOptions = BOOTSTRAP,
): Record<string, ModelMetrics> {
  const parts = [...partsOf(predictions)].map(
    ([value, part]) => [value, summarize(part, classes, options)] as const,
  );
  return Object.fromEntries(parts);
}

/** The predictions of every value of `by`, for whatever is told value by value. */
export function partsOf(predictions: readonly LabelledPrediction[]): Map<string, LabelledPrediction[]> {
  const values = [...new Set(predictions.map(({ by }) => by))].filter((value) => value !== '').sort();
  return new Map(values.map((value) => [value, predictions.filter(({ by }) => by === value)]));
}
