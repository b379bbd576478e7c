import type { layers } from '@tensorflow/tfjs';
import type { ConvolutionLayer, Front, LrnLayer } from '../networks/network.js';
import { classesLayer } from './layers/classes-layer.js';
import { convolutionLayer } from './layers/convolution-layer.js';
import { dropoutLayer, type DropoutMask } from './layers/dropout-layer.js';
import { frontLayer } from './layers/front-layer.js';
import { lrnLayer } from './layers/lrn-layer.js';
import type { Tensorflow } from './load.js';

export interface LayerMakers {
  front(front: Front): layers.Layer;
  convolution(layer: ConvolutionLayer): layers.Layer;
  lrn(layer: LrnLayer): layers.Layer;
  /** Dropout, which does nothing at inference. */
  dropout(name: string, rate: number, mask: DropoutMask): layers.Layer;
  /** The first `classes` of the head's outputs. */
  firstClasses(classes: number): layers.Layer;
}

/**
 * Creates the layers of a description that tfjs-layers lacks. They are registered with TensorFlow, so that a
 * model with them can be saved (`model.save` writes model.json) and, after this call, loaded by
 * `tf.loadLayersModel`.
 */
export function createLayers(tf: Tensorflow): LayerMakers {
  const FrontLayer = frontLayer(tf);
  const Convolution = convolutionLayer(tf);
  const Lrn = lrnLayer(tf);
  const Dropout = dropoutLayer(tf);
  const Classes = classesLayer(tf);
  for (const layer of [FrontLayer, Convolution, Lrn, Dropout, Classes]) tf.serialization.registerClass(layer);
  return {
    front: (front) => new FrontLayer({ ...front, name: 'front' }),
    convolution: (layer) => new Convolution(layer),
    lrn: (layer) => new Lrn(layer),
    dropout: (name, rate, mask) => Object.assign(new Dropout({ name, rate }), { mask }),
    firstClasses: (classes) => new Classes({ name: 'classes', classes }),
  };
}
