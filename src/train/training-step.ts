import type { Scalar, Tensor2D } from '@tensorflow/tfjs';
import { IMAGE_CHANNELS, IMAGE_SIDE } from '../images.js';
import { applyModel, type BuiltModel } from '../model/tensorflow/build-model.js';
import type { Tensorflow } from '../model/tensorflow/load.js';
import { predictionsOf, quadraticLoss } from '../statistics/confusion.js';
import type { Batch } from './batches.js';
import type { MomentumOptimizer } from './momentum.js';

export interface Objective {
  /** Share of the target that is spread over all outputs. */
  readonly labelSmoothing: number;
  /** Weight per class, 1 on average over the images. */
  readonly classWeights: readonly number[];
}

/** Measures of one batch, before the update and with dropout active. */
export interface StepMeasures {
  /** The cross entropy that is minimised. */
  readonly loss: number;
  /** Share of the batch classified correctly. */
  readonly accuracy: number;
  /** The paper's quadratic loss. */
  readonly quadraticLoss: number;
}

/** Makes one update of the weights. Disposes of all its tensors. */
export function trainStep(
  tf: Tensorflow,
  built: BuiltModel,
  optimizer: MomentumOptimizer,
  batch: Batch,
  objective: Objective,
  learningRate: number,
): StepMeasures {
  const { classes } = built.network;
  const outputs = built.logits.outputShape[1] as number;
  const variables = built.parameters.map(({ variable }) => variable);
  let probabilities: ArrayLike<number> = [];
  return tf.tidy(() => {
    const pixels = tf.tensor(batch.pixels, [batch.labels.length, IMAGE_SIDE, IMAGE_SIDE, IMAGE_CHANNELS]);
    const targets = tf.tensor2d(targetsOf(batch.labels, objective, outputs), [batch.labels.length, outputs]);
    const { value, grads } = tf.variableGrads(() => {
      const logits = applyModel(built.logits, pixels, true) as Tensor2D;
      probabilities = tf.softmax(tf.slice(logits, [0, 0], [-1, classes])).dataSync();
      return tf.div<Scalar>(tf.sum(tf.mul(targets, tf.logSoftmax(logits))), -batch.labels.length);
    }, variables);
    optimizer.step(grads, learningRate);
    return { loss: value.dataSync()[0] ?? NaN, ...measure(probabilities, batch.labels, classes) };
  });
}

function measure(probabilities: ArrayLike<number>, labels: readonly number[], classes: number) {
  const predicted = predictionsOf(probabilities, classes);
  return {
    accuracy: predicted.filter((label, index) => label === labels[index]).length / labels.length,
    quadraticLoss: quadraticLoss(probabilities, labels, classes),
  };
}

/** Smoothed one-hot rows (Szegedy 2016), each times its class's weight: `labels.length × outputs`. */
export function targetsOf(
  labels: readonly number[],
  { labelSmoothing, classWeights }: Objective,
  outputs: number,
): Float32Array {
  const targets = new Float32Array(labels.length * outputs);
  for (const [row, label] of labels.entries()) {
    const weight = classWeights[label] ?? 1;
    targets.fill((weight * labelSmoothing) / outputs, row * outputs, (row + 1) * outputs);
    targets[row * outputs + label] = weight * (1 - labelSmoothing + labelSmoothing / outputs);
  }
  return targets;
}

/**
 * Weights images / (classes · images of the class): every class has the same sum, and an image 1 on average.
 */
export function balancedWeights(labels: readonly number[], classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts.map((count) => labels.length / (classes * Math.max(1, count)));
}
