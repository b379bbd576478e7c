import type { serialization, Tensor } from '@tensorflow/tfjs';
import type { Tensorflow } from '../load.js';

export type TensorShape = (number | null)[];

/**
 * What a layer is made of, as plain data: it is written into model.json, and is the constructor's only
 * argument.
 */
export interface LayerConfig {
  readonly name: string;
}

/**
 * The base of the layers that tfjs-layers lacks. Classes are made per TensorFlow and not at the top of a
 * file, because their base class comes with the TensorFlow that was loaded.
 */
export function customLayer(tf: Tensorflow) {
  abstract class CustomLayer<Config extends LayerConfig> extends tf.layers.Layer {
    readonly config: Config;

    constructor(config: Config) {
      super({ name: config.name });
      this.config = config;
    }

    /** One tensor in, one out, inside a tidy. */
    protected abstract compute(x: Tensor, isTraining: boolean): Tensor;

    override computeOutputShape(input: TensorShape): TensorShape {
      return input;
    }

    override call(inputs: Tensor | Tensor[], { training }: { training?: boolean }): Tensor {
      return tf.tidy(() => this.compute(single(inputs), training === true));
    }

    override getConfig(): serialization.ConfigDict {
      return { ...this.config, ...super.getConfig() };
    }
  }
  return CustomLayer;
}

/** What tfjs-layers gives to `call`: one tensor, in a list or not. */
function single(inputs: Tensor | Tensor[]): Tensor {
  const tensor = Array.isArray(inputs) ? inputs[0] : inputs;
  if (tensor === undefined) throw new RangeError('a layer was called without an input');
  return tensor;
}
