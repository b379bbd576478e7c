import type { Ranking } from './ranking.js';

/**
 * Area under the receiver operating characteristic by trapezoids: the probability that a random image of the
 * class is scored higher than a random other one, where equal scores count half (Hanley and McNeil, Radiology
 * 143 (1982), 29–36; the single pass is Fawcett's, Pattern Recognition Letters 27 (2006), 861–874, algorithm
 * 3). Counts are whole numbers until the one division, so the order of the images cannot move the result.
 * @param weights how often each image counts, in a resample; once without
 * @returns NaN without an image of the class, or without another
 */
export function rocArea(ranking: Ranking, weights?: ArrayLike<number>): number {
  const { order, positive, endsTie } = ranking;
  let [taken, takenIn, area] = [0, 0, 0];
  let [takenBefore, takenInBefore] = [0, 0];
  for (let rank = 0; rank < order.length; rank++) {
    const weight = weights === undefined ? 1 : (weights[order[rank] ?? 0] ?? 0);
    const own = weight * (positive[rank] ?? 0);
    taken += own;
    takenIn += weight - own;
    if (endsTie[rank] === 0) continue;
    area += (takenIn - takenInBefore) * (taken + takenBefore);
    takenBefore = taken;
    takenInBefore = takenIn;
  }
  return area / (2 * taken * takenIn);
}
