import type { LayersModel } from '@tensorflow/tfjs';
import type { Tensorflow } from '../load.js';
import type { StoredWeight } from './stored.js';

/** A LayersModel as its parts: the layers as JSON, and the float32 weights one behind the other. */
export interface LayersModelParts {
  readonly modelTopology: object;
  readonly weights: readonly StoredWeight[];
  readonly values: Uint8Array<ArrayBuffer>;
}

/**
 * Builds the network and gives every weight its values: TensorFlow refuses weights that no layer has, and
 * layers whose weights are missing. All of it is there at once, so its initialisers, which may be slow and
 * are random, are not run.
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
