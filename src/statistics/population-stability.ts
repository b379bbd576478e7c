/** Added to every bin's count. */
const HALF_AN_IMAGE = 0.5;

/**
 * Population stability index Σ (p − q) · ln(p / q) between two distributions over the same bins: Jeffreys'
 * symmetric divergence (H. Jeffreys, Proceedings of the Royal Society A 186 (1946), 453–461). 0 is no
 * difference; credit scoring's rules of thumb call 0.1 to 0.25 a moderate and more a large one (N. Siddiqi,
 * "Credit Risk Scorecards", 2006).
 *
 * An empty bin would make it infinite. Half an image is added to every bin of both (Jeffreys' prior), so that
 * no share is 0. An empty bin among 20 images then says less than one among 20,000, which a fixed small share
 * would not distinguish, and no bin jumps when it gets its first image.
 *
 * Chance alone gives about (bins − 1) · (1/n + 1/m) for n and m images (B. Yurdakul, dissertation, Western
 * Michigan University, 2018): below some hundred images the rules of thumb call noise a drift.
 *
 * @param reference counts per bin (of values: `quantile-bins.ts`); the same number of bins as in `current`
 * @returns NaN when one of the two has no images
 */
export function populationStability(reference: readonly number[], current: readonly number[]): number {
  if (reference.length !== current.length)
    throw new RangeError(`${reference.length} bins cannot be compared with ${current.length}`);
  const [before, now] = [sharesOf(reference), sharesOf(current)];
  return before.reduce((index, share, bin) => index + differenceOf(now[bin] ?? NaN, share), 0);
}

function differenceOf(p: number, q: number): number {
  return (p - q) * Math.log(p / q);
}

function sharesOf(counts: readonly number[]): number[] {
  const images = counts.reduce((total, count) => total + count, 0);
  if (images === 0) return counts.map(() => NaN);
  return counts.map((count) => (count + HALF_AN_IMAGE) / (images + HALF_AN_IMAGE * counts.length));
}
