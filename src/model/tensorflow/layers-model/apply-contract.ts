import type { LayersModel, Tensor, Tensor4D } from '@tensorflow/tfjs';
import { IMAGE_SIDE } from '../../../images.js';
import { applyModel } from '../build-model.js';
import type { Tensorflow } from '../load.js';
import type { LayersContract } from './stored.js';

/**
 * Pixels [N, 256, 256, 3], 0…255 → probabilities [N, classes], by the same operations that import adds to an
 * ONNX file.
 */
export function applyContract(
  tf: Tensorflow,
  model: LayersModel,
  contract: LayersContract,
  pixels: Tensor,
): Tensor {
  const output = applyModel(model, inputOf(tf, contract, pixels as Tensor4D), false);
  // [N, 1, 1, classes] of a network without a dense layer becomes [N, classes].
  const values = tf.reshape(output, [output.shape[0], -1]);
  return contract.outputIs === 'logits' ? tf.softmax(values) : values;
}

function inputOf(tf: Tensorflow, contract: LayersContract, pixels: Tensor4D): Tensor {
  const { inputSize, channels, scale, mean, deviation } = contract;
  // Corners not aligned, half-pixel centres.
  const resized =
    inputSize === IMAGE_SIDE ? pixels : tf.image.resizeBilinear(pixels, [inputSize, inputSize], false, true);
  const ordered = channels === 'rgb' ? resized : tf.reverse(resized, 3);
  // In pixel values: (p/s − m)/d = (p − m·s)/(d·s).
  return tf.div(
    tf.sub(
      ordered,
      mean.map((value) => value * scale),
    ),
    deviation.map((value) => value * scale),
  );
}
