import type { ValueHistogram, ValueRange } from './histogram.js';

/**
 * Rules for the range of an activation's 8 bits. A narrower range than that of the values has finer steps for
 * most values and cuts off the rare large ones; which is better depends on the network, so all are tried.
 */
export const RANGE_RULES = ['min-max', 'percentile-99.99', 'least-squares'] as const;
export type RangeRule = (typeof RANGE_RULES)[number];

export function chooseRange(histogram: ValueHistogram, rule: RangeRule): ValueRange {
  switch (rule) {
    case 'min-max':
      return histogram.range;
    case 'percentile-99.99':
      return histogram.quantiles(0.9999);
    case 'least-squares':
      return leastSquares(histogram);
  }
}

const CANDIDATES = 64;

/** The share of the whole range with the smallest squared error, out of 64 shares down to an eighth. */
function leastSquares(histogram: ValueHistogram): ValueRange {
  const { min, max } = histogram.range;
  let best: ValueRange = { min, max };
  let leastError = Infinity;
  for (let step = 0; step < CANDIDATES; step++) {
    const share = 1 - (step / CANDIDATES) * 0.875;
    const range = { min: min * share, max: max * share };
    const error = histogram.squaredError(range);
    if (error >= leastError) continue;
    leastError = error;
    best = range;
  }
  return best;
}
