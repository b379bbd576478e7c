import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { LrnLayer as LrnConfig } from '../../networks/network.js';
import type { Tensorflow } from '../load.js';
import { customLayer } from './custom-layer.js';

/** Local response normalisation over neighbouring channels. */
export function lrnLayer(tf: Tensorflow) {
  return class LrnLayer extends customLayer(tf)<LrnConfig> {
    static readonly className = 'SmearwatchLrn';

    protected override compute(x: Tensor): Tensor {
      const { size, alpha, beta, bias } = this.config;
      // TensorFlow's alpha is per value; the description's (and ONNX's) is per window.
      return tf.localResponseNormalization(x as Tensor4D, (size - 1) / 2, bias, alpha / size, beta);
    }
  };
}
