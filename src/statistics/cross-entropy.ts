/** 2⁻⁵², the value that replaces a probability of exactly 0. */
const SMALLEST = Number.EPSILON;

/**
 * Mean of −ln p over the images, p being the probability of the labelled class. A float32 softmax rounds
 * values below 1e-45 to 0, so a 0 means "very small": it counts as 2⁻⁵², which is 36.04 for the image,
 * instead of making the whole mean infinite. scikit-learn's `log_loss` uses the same limit.
 * @param probabilities row by row, `labels.length × classes`
 * @returns NaN without images
 */
export function crossEntropy(
  probabilities: ArrayLike<number>,
  labels: readonly number[],
  classes: number,
): number {
  const total = labels.reduce(
    (sum, label, image) => sum - Math.log(Math.max(SMALLEST, probabilities[image * classes + label] ?? 0)),
    0,
  );
  return total / labels.length;
}
