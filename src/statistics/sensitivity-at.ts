import type { Ranking } from './ranking.js';
import { thresholdCounts } from './threshold-counts.js';

/** A threshold for use in practice: images that score at least the threshold are called positive. */
export interface OperatingPoint {
  /** Infinity when no score excludes enough of the other images; NaN when there are no other images. */
  readonly threshold: number;
  /** TP / (TP + FN); NaN without an image of the class. */
  readonly sensitivity: number;
}

/**
 * The lowest threshold, among the scores that occur, at which the share of the other images below it is at
 * least `specificity`, and the sensitivity there: the highest that this specificity allows.
 *
 * There is no interpolation between neighbouring thresholds, since no threshold can be set inside a tie.
 */
export function sensitivityAt(ranking: Ranking, specificity: number): OperatingPoint {
  const counts = thresholdCounts(ranking);
  const { taken: positives, takenIn: negatives } = counts.at(-1) ?? { taken: 0, takenIn: 0 };
  if (negatives === 0) return { threshold: NaN, sensitivity: NaN };
  const allowed = counts.findLast(({ takenIn }) => (negatives - takenIn) / negatives >= specificity);
  return { threshold: allowed?.threshold ?? Infinity, sensitivity: (allowed?.taken ?? 0) / positives };
}

/**
 * The sensitivity at a threshold that is already chosen. Intervals hold it fixed, because a laboratory would
 * set this number: the question is its result on other images, not which threshold they would have chosen.
 * @param weights how often each image counts, in a resample
 */
export function sensitivityAbove(
  { order, scores, positiveRanks }: Ranking,
  threshold: number,
  weights: ArrayLike<number>,
): number {
  if (Number.isNaN(threshold)) return NaN;
  let [called, all] = [0, 0];
  for (const rank of positiveRanks) {
    const weight = weights[order[rank] ?? 0] ?? 0;
    all += weight;
    if ((scores[rank] ?? 0) >= threshold) called += weight;
  }
  return called / all;
}
