import type { DropoutMask } from '../model/tensorflow/layers/dropout-layer.js';
import { Random } from '../random.js';

/**
 * Dropout masks that depend on seed and iteration alone, so that a resumed training drops the same values.
 */
export class DropoutMasks {
  readonly #seed: number;
  #iteration = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Must be called before each step. */
  begin(iteration: number): void {
    this.#iteration = iteration;
  }

  /**
   * Draws a mask: 0 for dropped values, 1 / (1 − rate) for kept ones, so that the sum stays the same on
   * average.
   */
  readonly draw: DropoutMask = (layer, shape, rate) => {
    const random = new Random(this.#seed, 'dropout', layer, this.#iteration);
    const kept = 1 / (1 - rate);
    const mask = new Float32Array(shape.reduce((product, side) => product * side, 1));
    for (let index = 0; index < mask.length; index++) mask[index] = random.uniform() < rate ? 0 : kept;
    return mask;
  };
}
