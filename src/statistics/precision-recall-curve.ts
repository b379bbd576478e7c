import type { CurvePoint } from './thin-curve.js';
import type { ThresholdCount } from './threshold-counts.js';

/**
 * [recall, precision] at every threshold, from the highest: recall never falls. It is a step function:
 * between two points, the second one's precision applies. It begins at recall 0 with the first threshold's
 * precision; scikit-learn begins at precision 1 there, which no threshold gives.
 * @returns no points without an image of the class
 */
export function precisionRecallCurve(counts: readonly ThresholdCount[]): CurvePoint[] {
  const all = counts.at(-1)?.taken ?? 0;
  if (all === 0) return [];
  const points = counts.map(({ taken, takenIn }): CurvePoint => [taken / all, taken / (taken + takenIn)]);
  const [recall, precision] = points[0] ?? [0, 0];
  return recall === 0 ? points : [[0, precision], ...points];
}
