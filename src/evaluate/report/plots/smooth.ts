/** Means over `window` neighbours around each value; fewer at both ends, so that the curve is not shifted. */
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

/** Every k-th item, with the first and the last, so that about `limit` are left at most. */
export function thinOut<T>(items: readonly T[], limit: number): T[] {
  const step = Math.ceil(items.length / limit);
  return items.filter((_, index) => index % step === 0 || index === items.length - 1);
}

/** Width of the smoothing window in iterations: a fortieth of the training, as an odd number. */
export function smoothingWindow(iterations: number): number {
  return 2 * Math.floor(iterations / 80) + 1;
}
