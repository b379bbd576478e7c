import type { Decision, ModelPrediction, ReviewReason } from '../record.js';
import type { BatchReply } from '../pool/protocol.js';

/** The predictions of image `index` of a batch, in the order of the models. */
export function predictionsOf(
  { models, perModel }: Pick<BatchReply, 'models' | 'perModel'>,
  index: number,
): ModelPrediction[] {
  return models.map(({ identity, classes }, modelIndex) => {
    const { probabilities = new Float32Array(), computedBy } = perModel[modelIndex] ?? {};
    const row = probabilities.subarray(index * classes.length, (index + 1) * classes.length);
    const best = row.indexOf(Math.max(...row));
    return {
      ...identity,
      ...computedBy,
      class: classes[best] ?? 'unknown',
      probabilities: Object.fromEntries(classes.map((name, at) => [name, roundProbability(row[at] ?? 0)])),
    };
  });
}

/** Facts that a decision depends on in addition to the predictions. */
export interface DecisionBasis {
  readonly minConfidence: number;
  readonly isExpectedSize: boolean;
  /** Reasons for review found in the file itself. */
  readonly doubts: readonly ReviewReason[];
}

/**
 * Makes the decision. The first model decides; the image is sent to review when the models disagree, the
 * probability is low, the image has not the expected size of its scanner, or something about the file raised
 * a doubt.
 */
export function decide(
  predictions: readonly ModelPrediction[],
  { minConfidence, isExpectedSize, doubts }: DecisionBasis,
): Decision {
  const deciding = predictions[0];
  if (!deciding) throw new RangeError('no model has classified the image');
  const confidence = deciding.probabilities[deciding.class] ?? 0;
  const reviewReasons: ReviewReason[] = [];
  if (predictions.some((prediction) => prediction.class !== deciding.class))
    reviewReasons.push('models-disagree');
  if (confidence < minConfidence) reviewReasons.push('low-confidence');
  if (!isExpectedSize) reviewReasons.push('unexpected-size');
  reviewReasons.push(...doubts);
  return { class: deciding.class, confidence, review: reviewReasons.length > 0, reviewReasons };
}

/** Rounds to six decimals: float32 has about seven significant digits, and the record stays readable. */
function roundProbability(probability: number): number {
  return Math.round(probability * 1e6) / 1e6;
}
