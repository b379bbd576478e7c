import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import { IMAGE_CHANNELS, IMAGE_SIDE } from '../../../images.js';
import type { Front } from '../../networks/network.js';
import type { Tensorflow } from '../load.js';
import { customLayer, type LayerConfig, type TensorShape } from './custom-layer.js';

export type FrontConfig = Front & LayerConfig;

/** A layer from pixels [N, 256, 256, 3] in 0…255 to the network's input [N, side, side, 3]. */
export function frontLayer(tf: Tensorflow) {
  return class FrontLayer extends customLayer(tf)<FrontConfig> {
    static readonly className = 'SmearwatchFront';

    override computeOutputShape([n]: TensorShape): TensorShape {
      const { side } = this.config;
      return [n ?? null, side, side, IMAGE_CHANNELS];
    }

    protected override compute(x: Tensor): Tensor {
      const { kind, side, mean, deviation } = this.config;
      const block = IMAGE_SIDE / side;
      const resized =
        kind === 'resize'
          ? // Corners not aligned, half-pixel centres.
            tf.image.resizeBilinear(x as Tensor4D, [side, side], false, true)
          : tf.avgPool(tf.cast(x as Tensor4D, 'float32'), block, block, 'valid');
      return tf.div(tf.sub(resized, [...mean]), [...deviation]);
    }
  };
}
