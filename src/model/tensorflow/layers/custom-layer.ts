import type { serialization, Tensor } from '@tensorflow/tfjs';
import type { Tensorflow } from '../load.js';

export type TensorShape = (number | null)[];

/**
 * The options of a layer as plain data: they are written into model.json, and are the constructor's only
 * argument.
 */
export interface LayerConfig {
  readonly name: string;
}

/**
 * The base of the layers that tfjs-layers lacks. Its classes are made for the loaded TensorFlow and not at
 * the top of a file, because their base class comes from it.
 */
export function customLayer(tf: Tensorflow) {
  abstract class CustomLayer<Config extends LayerConfig> extends tf.layers.Layer {
    readonly config: Config;

    constructor(config: Config) {
      super({ name: config.name });
      this.config = config;
    }

    /** Computes one tensor from one tensor, inside a tidy. */
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

/** The one tensor that tfjs-layers passes to `call`, in a list or not. */
function single(inputs: Tensor | Tensor[]): Tensor {
  const tensor = Array.isArray(inputs) ? inputs[0] : inputs;
  if (tensor === undefined) throw new RangeError('a layer was called without an input');
  return tensor;
}
