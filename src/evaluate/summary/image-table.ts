import { predictionsOf } from '../../statistics/confusion.js';
import { resamplingUnits, type ResamplingUnits } from '../../statistics/resampling-units.js';
import type { LabelledPrediction } from '../labelled-prediction.js';

/** Predictions of one model as columns, the form that the measures read. */
export interface ImageTable {
  readonly classes: number;
  readonly labels: readonly number[];
  readonly predicted: readonly number[];
  /** Row by row, images × classes. */
  readonly probabilities: readonly number[];
  readonly units: ResamplingUnits;
}

/**
 * Table of the predictions, sorted by file name, so that the order of classification changes neither the
 * rounding of sums nor the drawing of resamples.
 */
export function imageTableOf(predictions: readonly LabelledPrediction[], classes: number): ImageTable {
  const images = [...predictions].sort(byFile);
  const odd = images.find(({ probabilities }) => probabilities.length !== classes);
  if (odd !== undefined)
    throw new RangeError(`${odd.file} has ${odd.probabilities.length} probabilities for ${classes} classes`);
  const probabilities = images.flatMap((image) => image.probabilities);
  return {
    classes,
    labels: images.map(({ label }) => label),
    predicted: predictionsOf(probabilities, classes),
    probabilities,
    units: resamplingUnits(images.map(({ group }) => group)),
  };
}

/** Compares by code unit, not by locale, which would differ between computers. */
export function byFile(first: { readonly file: string }, second: { readonly file: string }): number {
  return first.file < second.file ? -1 : Number(first.file > second.file);
}
