import type { SmearwatchError } from '../../../errors.js';
import type { StoredWeight } from '../../tensorflow/layers-model/stored.js';
import type { Tensorflow } from '../../tensorflow/load.js';
import { badWeights, quoted } from '../failures.js';

/** A layer with its `addWeight`, which tfjs calls for each of its weights to allocate the memory. */
interface LayerPrototype {
  addWeight: (this: { readonly name: string }, name: string, shape: number[], ...more: unknown[]) => unknown;
}

/**
 * Builds a network while each of its weights is compared with the file's declaration before its memory is
 * allocated: tfjs allocates first, any amount that a layer asks for, and names no layer when a shape does not
 * fit. This process must build nothing else during this call.
 * @throws SmearwatchError `import-unreadable`, and what `build` throws
 */
export async function comparingWeights<Built>(
  tf: Tensorflow,
  weights: readonly StoredWeight[],
  build: () => Promise<Built>,
): Promise<Built> {
  const prototype = tf.layers.Layer.prototype as unknown as LayerPrototype;
  const { addWeight } = prototype;
  const compare = comparison(weights);
  prototype.addWeight = function (name, shape, ...more) {
    compare(this.name, name, shape);
    return addWeight.call(this, name, shape, ...more);
  };
  try {
    return await build();
  } finally {
    prototype.addWeight = addWeight;
  }
}

/**
 * Values allowed in excess of the declared ones: 64 MB are harmless, and tfjs itself then reports which
 * weights are missing.
 */
const SPARE_VALUES = 1 << 24;

function comparison(weights: readonly StoredWeight[]) {
  const declared = new Map(weights.map(({ name, shape }) => [name, shape]));
  let left = weights.reduce((sum, { shape }) => sum + sizeOf(shape), SPARE_VALUES);
  return (layer: string, name: string, shape: readonly number[]): void => {
    // Some exporters use longer names, which tfjs shortens: it checks itself whether all weights exist.
    const found = declared.get(`${layer}/${name}`);
    if (found !== undefined && found.join() !== shape.join()) {
      throw misfit(layer, name, shape, `and weightsManifest has it as [${found.join(', ')}]`);
    }
    left -= sizeOf(shape);
    if (left < 0) throw misfit(layer, name, shape, 'far more than weightsManifest declares');
  };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

function misfit(layer: string, name: string, shape: readonly number[], but: string): SmearwatchError {
  return badWeights(`the layer ${quoted(layer)} takes ${name} as [${shape.join(', ')}], ${but}`);
}
