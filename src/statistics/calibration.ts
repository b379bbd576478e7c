import { predictionsOf } from './confusion.js';

export interface ReliabilityBin {
  /** Lower limit: the bin has confidences above `low` and up to `high`; the first bin includes 0. */
  readonly low: number;
  readonly high: number;
  readonly images: number;
  /** Mean of the largest probability, over the bin's images; NaN when it is empty. */
  readonly confidence: number;
  /** Share of the bin's images classified correctly; NaN when it is empty. */
  readonly shareRight: number;
}

const BINS = 10;

/**
 * Ten bins of equal width over the confidence, which is the predicted class's probability. In each bin, a
 * calibrated model is right as often as its confidence (Guo et al., "On calibration of modern neural
 * networks", ICML 2017, equations 2 and 3).
 * @param probabilities row by row, `labels.length × classes`
 */
export function reliabilityBins(
  probabilities: ArrayLike<number>,
  labels: readonly number[],
  classes: number,
): ReliabilityBin[] {
  const totals = Array.from({ length: BINS }, () => ({ images: 0, confidence: 0, right: 0 }));
  for (const [image, predicted] of predictionsOf(probabilities, classes).entries()) {
    const confidence = probabilities[image * classes + predicted] ?? 0;
    const total = totals.find((_, index) => confidence <= (index + 1) / BINS) ?? totals.at(-1);
    if (total === undefined) continue;
    total.images++;
    total.confidence += confidence;
    if (predicted === labels[image]) total.right++;
  }
  return totals.map(({ images, confidence, right }, index) => ({
    low: index / BINS,
    high: (index + 1) / BINS,
    images,
    confidence: confidence / images,
    shareRight: right / images,
  }));
}

/**
 * Expected calibration error Σ (images of the bin / all) · |share right − mean confidence| (the same paper,
 * equation 5): the average difference between a model's confidence and its share right.
 * @returns NaN without images
 */
export function expectedCalibrationError(bins: readonly ReliabilityBin[]): number {
  const filled = bins.filter(({ images }) => images > 0);
  const images = filled.reduce((total, bin) => total + bin.images, 0);
  const error = filled.reduce(
    (total, bin) => total + bin.images * Math.abs(bin.shareRight - bin.confidence),
    0,
  );
  return error / images;
}
