import type { Ranking } from './ranking.js';

/**
 * Average precision Σ (Rₙ − Rₙ₋₁) Pₙ over the thresholds n, from the highest: the area under the
 * precision-recall curve as a step function. A straight line between two points would promise precision that
 * no threshold gives (Davis and Goadrich, ICML 2006). The definition is scikit-learn's
 * `average_precision_score`.
 * @param weights how often each image counts, in a resample; once without
 * @returns NaN without an image of the class (scikit-learn: 0, with a warning)
 */
export function averagePrecision(ranking: Ranking, weights?: ArrayLike<number>): number {
  const { order, positive, endsTie } = ranking;
  let [taken, all, takenBefore, area] = [0, 0, 0, 0];
  for (let rank = 0; rank < order.length; rank++) {
    const weight = weights === undefined ? 1 : (weights[order[rank] ?? 0] ?? 0);
    all += weight;
    taken += weight * (positive[rank] ?? 0);
    if (endsTie[rank] === 0 || taken === takenBefore) continue;
    area += ((taken - takenBefore) * taken) / all;
    takenBefore = taken;
  }
  return area / taken;
}
