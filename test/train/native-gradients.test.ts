import { describe, expect, it } from 'vitest';
import type { Tensor } from '@tensorflow/tfjs';
import { loadTensorflow } from '../../src/model/tensorflow/load.js';
import { useNativeGradients } from '../../src/train/native-gradients.js';
import { hasTensorflow, NEEDS_TENSORFLOW } from '../model/engines/engines.js';

describe.skipIf(!hasTensorflow)(`gradients by TensorFlow's own kernels${NEEDS_TENSORFLOW}`, () => {
  it("are tfjs's: 0 below and at 0, the output's gradient above", async () => {
    const tf = await loadTensorflow();
    const x = tf.tensor1d([-2, -1e-30, 0, 1e-30, 3]);
    const weights = tf.tensor1d([1, 2, 3, 4, 5]);
    const gradient = (): number[] => {
      const of = tf.grad((value: Tensor) => tf.sum(tf.mul(weights, tf.square(tf.relu(tf.add(value, 0))))));
      return [...of(x).dataSync()];
    };
    const before = gradient();
    useNativeGradients(tf);
    expect(gradient()).toEqual(before);
    expect(before[4]).toBe(30);
  });
});
