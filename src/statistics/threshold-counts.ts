import type { Ranking } from './ranking.js';

/** Counts of the images at or above a threshold. */
export interface ThresholdCount {
  readonly threshold: number;
  /** Images of the class that are called positive: true positives. */
  readonly taken: number;
  /** Other images that are called positive: false positives. */
  readonly takenIn: number;
}

/** Counts for each score that occurs, from the highest: at the last one, every image is called positive. */
export function thresholdCounts({ scores, positive, endsTie }: Ranking): ThresholdCount[] {
  const counts: ThresholdCount[] = [];
  let taken = 0;
  for (const [rank, threshold] of scores.entries()) {
    taken += positive[rank] ?? 0;
    if (endsTie[rank] === 1) counts.push({ threshold, taken, takenIn: rank + 1 - taken });
  }
  return counts;
}
