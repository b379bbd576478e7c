import { BOOTSTRAP, type BootstrapOptions } from '../statistics/bootstrap.js';
import type { LabelledPrediction } from './labelled-prediction.js';
import type { ModelMetrics } from './metrics.js';
import { summarize } from './summarize.js';

/**
 * Summarizes the predictions for every value of `by`, for instance per hospital, in the order of the values.
 * Images without a value (every image, when no field was named) are in no summary.
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

/** Groups the predictions by the value of `by`. */
export function partsOf(predictions: readonly LabelledPrediction[]): Map<string, LabelledPrediction[]> {
  const values = [...new Set(predictions.map(({ by }) => by))].filter((value) => value !== '').sort();
  return new Map(values.map((value) => [value, predictions.filter(({ by }) => by === value)]));
}
