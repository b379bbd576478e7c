import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { ConvolutionLayer as ConvolutionConfig } from '../../networks/network.js';
import type { Tensorflow } from '../load.js';
import { customLayer, type TensorShape } from './custom-layer.js';

/**
 * Convolution with explicit padding and groups, then ReLU. Weights: kernel [k, k, inputs/groups, filters],
 * bias [filters].
 */
export function convolutionLayer(tf: Tensorflow) {
  return class ConvolutionLayer extends customLayer(tf)<ConvolutionConfig> {
    static readonly className = 'SmearwatchConvolution';

    override build(input: TensorShape): void {
      const { kernel, filters, groups } = this.config;
      const zeros = tf.initializers.zeros();
      this.addWeight('weight', [kernel, kernel, (input[3] ?? 0) / groups, filters], 'float32', zeros);
      this.addWeight('bias', [filters], 'float32', zeros);
      this.built = true;
    }

    override computeOutputShape(input: TensorShape): TensorShape {
      const { kernel, filters, stride, padding } = this.config;
      const side = Math.floor(((input[1] ?? 0) + 2 * padding - kernel) / stride) + 1;
      return [input[0] ?? null, side, side, filters];
    }

    protected override compute(x: Tensor): Tensor {
      const [kernel, bias] = this.weights.map((weight) => weight.read());
      if (kernel === undefined || bias === undefined) throw new RangeError(`${this.name} was not built`);
      return tf.relu(tf.add(convolve(tf, this.config, x as Tensor4D, kernel as Tensor4D), bias));
    }
  };
}

/** Convolves each group of filters with its group of the input's channels: split, convolve, concatenate. */
function convolve(
  tf: Tensorflow,
  { kernel: size, stride, padding, groups }: ConvolutionConfig,
  x: Tensor4D,
  kernel: Tensor4D,
): Tensor4D {
  // tfjs-node supports no numbers as padding in gradients; 'same' is equivalent if it keeps the side.
  const isSame = stride === 1 && 2 * padding === size - 1;
  const border: [number, number] = [padding, padding];
  const padded = padding === 0 || isSame ? x : tf.pad(x, [[0, 0], border, border, [0, 0]]);
  const pad = isSame ? 'same' : 'valid';
  if (groups === 1) return tf.conv2d(padded, kernel, stride, pad);
  const kernels = tf.split<Tensor4D>(kernel, groups, 3);
  const parts = tf
    .split<Tensor4D>(padded, groups, 3)
    .map((part, group) => tf.conv2d(part, kernels[group] ?? kernel, stride, pad));
  return tf.concat(parts, 3);
}
