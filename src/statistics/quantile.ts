/**
 * The value that a share of the values does not exceed, by linear interpolation between order statistics, as
 * numpy's `percentile` (Hyndman and Fan, The American Statistician 50 (1996), 361–365, type 7).
 * @param sorted ascending
 * @returns NaN without values
 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? NaN;
  const above = sorted[Math.ceil(position)] ?? NaN;
  return below + (above - below) * (position - Math.floor(position));
}
