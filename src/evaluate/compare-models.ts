import { BOOTSTRAP, bootstrap, type BootstrapOptions } from '../statistics/bootstrap.js';
import { predictionsOf } from '../statistics/confusion.js';
import { mcNemarTest } from '../statistics/mcnemar.js';
import { resamplingUnits } from '../statistics/resampling-units.js';
import type { LabelledPrediction } from './labelled-prediction.js';
import type { Comparison, Estimate } from './metrics.js';
import { bootstrapEstimate } from './summary/estimates.js';
import { byFile } from './summary/image-table.js';

export interface ModelPredictions {
  /** Reference to the model: `name@version`. */
  readonly model: string;
  readonly predictions: readonly LabelledPrediction[];
}

/** An image, and which of the two models classified it correctly. */
interface Pair {
  readonly group: string;
  readonly first: boolean;
  readonly second: boolean;
}

/**
 * Compares two models on the same images: McNemar's test, and the difference of their shares right. McNemar's
 * test takes images as independent, so with groups its p-value is too small; the interval of the difference
 * respects the groups.
 * @throws RangeError when the two did not see the same files
 */
export function compareModels(
  first: ModelPredictions,
  second: ModelPredictions,
  options: BootstrapOptions = BOOTSTRAP,
): Comparison {
  const pairs = pairUp(first, second);
  const onlyFirstRight = pairs.filter((pair) => pair.first && !pair.second).length;
  const onlySecondRight = pairs.filter((pair) => pair.second && !pair.first).length;
  return {
    first: first.model,
    second: second.model,
    onlyFirstRight,
    onlySecondRight,
    ...mcNemarTest(onlyFirstRight, onlySecondRight),
    difference: difference(pairs, options),
  };
}

function pairUp(first: ModelPredictions, second: ModelPredictions): Pair[] {
  const [ours, theirs] = [first, second].map(({ predictions }) => [...predictions].sort(byFile));
  return (ours ?? []).map((prediction, index) => {
    const other = theirs?.[index];
    if (other?.file !== prediction.file || theirs?.length !== ours?.length)
      throw new RangeError(
        `${first.model} and ${second.model} did not see the same files: ${prediction.file}`,
      );
    return { group: prediction.group, first: isRight(prediction), second: isRight(other) };
  });
}

function isRight({ probabilities, label }: LabelledPrediction): boolean {
  return predictionsOf(probabilities, probabilities.length)[0] === label;
}

/** Share right of the first model minus that of the second. Resamples keep each image's pair together. */
function difference(pairs: readonly Pair[], options: BootstrapOptions): Estimate {
  const gains = Int8Array.from(pairs, (pair) => Number(pair.first) - Number(pair.second));
  const units = resamplingUnits(pairs.map(({ group }) => group));
  const meanGain = (weights: ArrayLike<number>): number => {
    let [gain, images] = [0, 0];
    for (let image = 0; image < gains.length; image++) {
      const weight = weights[image] ?? 0;
      gain += weight * (gains[image] ?? 0);
      images += weight;
    }
    return gain / images;
  };
  return bootstrapEstimate(
    meanGain(new Uint8Array(pairs.length).fill(1)),
    bootstrap(units, meanGain, options),
  );
}
