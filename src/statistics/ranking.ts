/**
 * Images sorted once by a model's score for one class. Areas under curves depend on the order alone, so each
 * of a bootstrap's thousand resamples is one pass over these arrays with other weights, without sorting.
 */
export interface Ranking {
  /** Indices of the images, highest score first. */
  readonly order: Uint32Array;
  /** The score at each rank, never rising. */
  readonly scores: Float64Array;
  /** 1 at the ranks of images of the class. */
  readonly positive: Uint8Array;
  /**
   * 1 at the last rank of each score: a threshold cannot separate images of equal score, so curves have
   * points only here.
   */
  readonly endsTie: Uint8Array;
  /** The ranks of images of the class. */
  readonly positiveRanks: Uint32Array;
}

/**
 * Sorts images by their scores.
 * @param scores one per image: the probability of the class
 * @param isPositive whether each image is of the class
 */
export function rankImages(scores: readonly number[], isPositive: readonly boolean[]): Ranking {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  const sorted = Float64Array.from(order, (image) => scores[image] ?? 0);
  const positive = Uint8Array.from(order, (image) => (isPositive[image] === true ? 1 : 0));
  return {
    order,
    scores: sorted,
    positive,
    positiveRanks: Uint32Array.from(positive.keys()).filter((rank) => positive[rank] === 1),
    endsTie: Uint8Array.from(sorted, (score, rank) => (score === sorted[rank + 1] ? 0 : 1)),
  };
}
