import type { Tensor } from '@tensorflow/tfjs';
import { IMAGE_CHANNELS, IMAGE_SIDE } from '../images.js';
import type { BuiltModel } from '../model/tensorflow/build-model.js';
import type { Tensorflow } from '../model/tensorflow/load.js';
import {
  confusionOf,
  figuresOf,
  predictionsOf,
  quadraticLoss,
  type ConfusionMatrix,
  type ConfusionFigures,
} from '../statistics/confusion.js';
import { plainBatches } from './batches.js';
import type { TrainingImage } from './load-images.js';

export interface MeasuredWeights {
  readonly confusion: ConfusionMatrix;
  readonly figures: ConfusionFigures;
  /** Quadratic loss, by which the best epoch is chosen. */
  readonly quadraticLoss: number;
  /** Mean −log of the labelled class's probability. */
  readonly crossEntropy: number;
}

const BATCH = 32;

/** Measures the model on unchanged images, without dropout. */
export async function measureModel(
  tf: Tensorflow,
  built: BuiltModel,
  images: readonly TrainingImage[],
): Promise<MeasuredWeights> {
  const { classes } = built.network;
  const probabilities = new Float32Array(images.length * classes);
  let done = 0;
  for (const { pixels, labels } of plainBatches(images, BATCH)) {
    probabilities.set(
      tf.tidy(() => {
        const input = tf.tensor(pixels, [labels.length, IMAGE_SIDE, IMAGE_SIDE, IMAGE_CHANNELS]);
        return (built.model.predict(input) as Tensor).dataSync();
      }),
      done * classes,
    );
    done += labels.length;
    await new Promise(setImmediate); // lets messages arrive, such as the one to stop
  }
  return describe(
    probabilities,
    images.map(({ label }) => label),
    classes,
  );
}

function describe(probabilities: Float32Array, labels: readonly number[], classes: number): MeasuredWeights {
  const confusion = confusionOf(labels, predictionsOf(probabilities, classes), classes);
  const surprise = labels.map(
    (label, row) => -Math.log(Math.max(1e-12, probabilities[row * classes + label] ?? 0)),
  );
  return {
    confusion,
    figures: figuresOf(confusion),
    quadraticLoss: quadraticLoss(probabilities, labels, classes),
    crossEntropy: surprise.reduce((sum, value) => sum + value, 0) / labels.length,
  };
}
