/**
 * Edges between at most `bins` bins that have about equal numbers of the reference's values: n bins have n −
 * 1 edges, and the outer bins reach to infinity, so that a value beyond the reference still has a bin. A
 * value on an edge belongs to the bin below it.
 *
 * An edge is a value that occurs (the quantile that inverts the distribution function; Hyndman and Fan, The
 * American Statistician 50 (1996), 361–365, type 1). Many probabilities are near 0 and 1: equal edges become
 * one, and an edge at the maximum, above which the reference has no values, is dropped. So there may be fewer
 * bins, but each has values of the reference.
 */
export function quantileEdges(reference: readonly number[], bins: number): number[] {
  const sorted = Float64Array.from(reference).sort();
  const edges = Array.from(
    { length: bins - 1 },
    (_, index) => sorted[Math.ceil((sorted.length * (index + 1)) / bins) - 1] ?? NaN,
  );
  const highest = sorted.at(-1) ?? NaN;
  return edges.filter((edge, index) => edge < highest && edge !== edges[index - 1]);
}

/**
 * Number of values in each bin: up to and including the first edge, then up to the next one, …, above the
 * last.
 */
export function countByBins(values: readonly number[], edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length + 1).fill(0);
  for (const value of values) {
    const above = edges.findIndex((edge) => value <= edge);
    const bin = above === -1 ? edges.length : above;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}
