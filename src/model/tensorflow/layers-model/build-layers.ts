import type { LayersModel } from '@tensorflow/tfjs';
import type { Tensorflow } from '../load.js';
import type { StoredWeight } from './stored.js';

/** The parts of a LayersModel: the layers as JSON, and the float32 weights, one after the other. */
export interface LayersModelParts {
  readonly modelTopology: object;
  readonly weights: readonly StoredWeight[];
  readonly values: Uint8Array<ArrayBuffer>;
}

/**
 * Builds the network and sets every weight: TensorFlow rejects weights that no layer has, and layers whose
 * weights are missing. All weights are given at once, so the layers' initialisers, which may be slow and are
 * random, do not run.
 * @throws Error of TensorFlow's
 */
export async function buildLayers(
  tf: Tensorflow,
  { modelTopology, weights, values }: LayersModelParts,
): Promise<LayersModel> {
  const weightSpecs = weights.map(({ name, shape, dtype }) => ({ name, shape, dtype }));
  const weightData = values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength);
  return tf.loadLayersModel({
    load: () => Promise.resolve({ modelTopology, weightSpecs, weightData }),
  });
}
