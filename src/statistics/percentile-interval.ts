import { quantile } from './quantile.js';
import type { Interval } from './wilson.js';

/** Largest difference that can result from the order of additions alone. */
const SAME = 1e-12;

/**
 * 95 % percentile interval of a bootstrap (Efron and Tibshirani, "An Introduction to the Bootstrap" (1993),
 * chapter 13), by linear interpolation between order statistics, as numpy's `percentile`.
 *
 * - Resamples in which the figure does not exist (its class was not drawn) are left out.
 * - The interval is widened to contain the value if a skewed figure's percentiles miss it: it only becomes
 *   more cautious.
 * - Resamples that all agree (a perfect model, a single patient) say nothing about other images. An interval
 *   of zero width would claim certainty, so no interval is given.
 *
 * @returns NaN twice when there is no interval
 */
export function percentileInterval(value: number, resampled: readonly number[]): Interval {
  const sorted = Float64Array.from(resampled.filter((figure) => !Number.isNaN(figure))).sort();
  const spread = (sorted.at(-1) ?? NaN) - (sorted[0] ?? NaN);
  if (Number.isNaN(value) || !(spread > SAME)) return { low: NaN, high: NaN };
  return { low: Math.min(value, quantile(sorted, 0.025)), high: Math.max(value, quantile(sorted, 0.975)) };
}
