import type { Tensor } from '@tensorflow/tfjs';
import type { Tensorflow } from '../load.js';
import { customLayer, type LayerConfig } from './custom-layer.js';

/**
 * Scaled keep flags of a dropout layer, `shape` values of 0 or 1/(1 − rate), which training draws with a
 * seed.
 */
export type DropoutMask = (layer: string, shape: readonly number[], rate: number) => Float32Array;

export interface DropoutConfig extends LayerConfig {
  readonly rate: number;
}

/**
 * Dropout by a given mask. A model loaded from model.json has none, and uses TensorFlow's own random numbers.
 */
export function dropoutLayer(tf: Tensorflow) {
  return class DropoutLayer extends customLayer(tf)<DropoutConfig> {
    static readonly className = 'SmearwatchDropout';
    mask: DropoutMask | undefined;

    protected override compute(x: Tensor, isTraining: boolean): Tensor {
      const { name, rate } = this.config;
      if (!isTraining) return x.clone();
      return this.mask === undefined
        ? tf.dropout(x, rate)
        : tf.mul(x, tf.tensor(this.mask(name, x.shape, rate), x.shape));
    }
  };
}
