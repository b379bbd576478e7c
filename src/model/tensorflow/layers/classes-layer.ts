import type { Tensor } from '@tensorflow/tfjs';
import type { Tensorflow } from '../load.js';
import { customLayer, type LayerConfig, type TensorShape } from './custom-layer.js';

export interface ClassesConfig extends LayerConfig {
  readonly classes: number;
}

/** A layer that returns the first `classes` outputs of a head that has more. */
export function classesLayer(tf: Tensorflow) {
  return class ClassesLayer extends customLayer(tf)<ClassesConfig> {
    static readonly className = 'SmearwatchClasses';

    override computeOutputShape([n]: TensorShape): TensorShape {
      return [n ?? null, this.config.classes];
    }

    protected override compute(x: Tensor): Tensor {
      return tf.slice(x, [0, 0], [-1, this.config.classes]);
    }
  };
}
