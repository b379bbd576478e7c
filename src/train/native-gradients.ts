import type { Tensor } from '@tensorflow/tfjs';
import type { Tensorflow } from '../model/tensorflow/load.js';
import { NativeOperations } from '../model/tensorflow/native.js';

/**
 * Makes TensorFlow's own kernel compute the gradient of ReLU, for this whole process. tfjs combines it from
 * six operations, two of which fill tensors of the activations' size in JavaScript: a tenth of AlexNet's
 * step.
 */
export function useNativeGradients(tf: Tensorflow): void {
  const native = new NativeOperations(tf);
  tf.registerGradient({
    kernelName: 'Relu',
    outputsToSave: [true],
    gradFunc: (gradient, [output]) => ({
      x: () => native.reluGradient(gradient as Tensor, output as Tensor),
    }),
  });
}
