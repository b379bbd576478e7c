/** Means over `window` neighbours around each value; fewer at both ends, so that nothing is shifted. */
export function movingMean(values: readonly number[], window: number): number[] {
  const half = Math.floor(window / 2);
  const sums = [0];
  for (const value of values) sums.push((sums.at(-1) ?? 0) + value);
  return values.map((_, index) => {
    const from = Math.max(0, index - half);
    const to = Math.min(values.length, index + half + 1);
    return ((sums[to] ?? 0) - (sums[from] ?? 0)) / (to - from);
  });
}

/** Every k-th, the first and the last among them, so that at most about `limit` are left. */
export function thinOut<T>(items: readonly T[], limit: number): T[] {
  const step = Math.ceil(items.length / limit);
  return items.filter((_, index) => index % step === 0 || index === items.length - 1);
}

/**
 * How many iterations a point of the smoothed line is the mean of: a fortieth of the training, an odd number.
 */
export function smoothingWindow(iterations: number): number {
  return 2 * Math.floor(iterations / 80) + 1;
}
