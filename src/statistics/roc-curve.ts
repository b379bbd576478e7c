import type { CurvePoint } from './thin-curve.js';
import type { ThresholdCount } from './threshold-counts.js';

/**
 * Receiver operating characteristic: [false positive rate, true positive rate] at every threshold, from [0,
 * 0], where no image is called positive, to [1, 1]. Images of one score are called together, so a tie is one
 * slanted line.
 * @returns no points without an image of the class, or without another
 */
export function rocCurve(counts: readonly ThresholdCount[]): CurvePoint[] {
  const last = counts.at(-1);
  if (last === undefined || last.taken === 0 || last.takenIn === 0) return [];
  return [
    [0, 0],
    ...counts.map(({ taken, takenIn }): CurvePoint => [takenIn / last.takenIn, taken / last.taken]),
  ];
}
