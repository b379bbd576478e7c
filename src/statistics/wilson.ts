export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * 97.5 % quantile of the normal distribution: 95 % of the values are within ± this number of standard
 * deviations.
 */
const Z = 1.959963984540054;

/**
 * Wilson's 95 % score interval for the true share when `hits` of `count` were counted. Unlike the usual p ±
 * z·√(p(1−p)/n) it is right for few images and for shares near 0 and 1.
 *
 * E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
 * American Statistical Association 22 (1927), 209–212: (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n).
 * @returns NaN twice when nothing was counted
 */
export function wilsonInterval(hits: number, count: number): Interval {
  const share = hits / count;
  const z2 = (Z * Z) / count;
  const centre = share + z2 / 2;
  const half = Z * Math.sqrt((share * (1 - share)) / count + z2 / (4 * count));
  // At the ends the formula gives the share itself; rounding must not move it outside its own interval.
  return {
    low: hits === 0 ? share : (centre - half) / (1 + z2),
    high: hits === count ? share : (centre + half) / (1 + z2),
  };
}
