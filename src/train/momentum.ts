import type { Scalar, Tensor } from '@tensorflow/tfjs';
import { randomUUID } from 'node:crypto';
import type { TrainedParameter } from '../model/tensorflow/build-model.js';
import type { Tensorflow } from '../model/tensorflow/load.js';
import { NativeOperations } from '../model/tensorflow/native.js';

export interface MomentumOptions {
  readonly momentum: number;
  /** Decoupled weight decay: every step shrinks the weights (not the biases) by 1 − rate·decay. */
  readonly weightDecay: number;
  /** Longest gradient allowed, as the root of the sum of its squares; 0: no limit. */
  readonly clipNorm: number;
}

export type Gradients = Readonly<Record<string, Tensor>>;

interface Slot {
  readonly parameter: TrainedParameter;
  /** TensorFlow's variables: the weight, which shares its memory with the tfjs variable, and its velocity. */
  readonly weight: Tensor;
  readonly velocity: Tensor;
}

/** Number of steps whose weight decay is applied at once: a pass over all weights costs half an update. */
const DECAY_EVERY = 8;

/**
 * Stochastic gradient descent with momentum, on TensorFlow's own variables. tf.train.momentum makes four
 * passes with temporaries of the weights' size: 260 ms for AlexNet on two cores, compared with 54 ms here.
 */
export class MomentumOptimizer {
  readonly #tf: Tensorflow;
  readonly #native: NativeOperations;
  readonly #options: MomentumOptions;
  readonly #slots: readonly Slot[];
  readonly #momentum: Scalar;
  /** Product of the shrink factors that are not yet applied. */
  #pendingDecay = 1;
  #steps = 0;

  constructor(tf: Tensorflow, parameters: readonly TrainedParameter[], options: MomentumOptions) {
    this.#tf = tf;
    this.#native = new NativeOperations(tf);
    this.#options = options;
    this.#momentum = tf.scalar(options.momentum);
    const unique = randomUUID();
    this.#slots = parameters.map((parameter) => ({
      parameter,
      weight: this.#native.createResource(`${unique}/${parameter.name}`, parameter.variable),
      velocity: tf.tidy(() =>
        tf.keep(
          this.#native.createResource(`${unique}/${parameter.name}/velocity`, tf.zeros([...parameter.shape])),
        ),
      ),
    }));
    for (const slot of this.#slots) this.#write(slot, () => undefined);
  }

  /** Makes one update. Returns the gradient's length before clipping; the caller keeps the gradients. */
  step(gradients: Gradients, rate: number): number {
    const norm = this.#normOf(gradients);
    const { clipNorm, weightDecay } = this.#options;
    const scale = clipNorm > 0 && norm > clipNorm ? clipNorm / norm : 1;
    this.#tf.tidy(() => {
      const rateTensor = this.#tf.scalar(rate);
      for (const slot of this.#slots) {
        const gradient = gradients[slot.parameter.variable.name];
        if (gradient === undefined) throw new RangeError(`no gradient of ${slot.parameter.name}`);
        const scaled = scale === 1 ? gradient : this.#tf.mul(gradient, scale);
        this.#write(slot, () =>
          this.#native.applyMomentum(slot.weight, slot.velocity, rateTensor, scaled, this.#momentum),
        );
        if (scaled !== gradient) scaled.dispose();
      }
    });
    this.#pendingDecay *= 1 - rate * weightDecay;
    if (++this.#steps % DECAY_EVERY === 0) this.settle();
    return norm;
  }

  /** Applies the weight decay of the last steps. Must be called before weights are read or evaluated. */
  settle(): void {
    if (this.#pendingDecay !== 1) {
      for (const slot of this.#slots.filter(({ parameter }) => parameter.shape.length > 1))
        this.#shrink(slot);
    }
    this.#pendingDecay = 1;
    this.#steps = 0;
  }

  /** Copies of the velocities, by parameter name. */
  velocities(): Map<string, Float32Array> {
    return new Map(
      this.#slots.map(({ parameter, velocity }) => {
        const tensor = this.#native.read(velocity);
        const values = tensor.dataSync().slice() as Float32Array;
        tensor.dispose();
        return [parameter.name, values];
      }),
    );
  }

  /** Continues from a checkpoint: weights in the description's layout, and their velocities. */
  restore(weights: ReadonlyMap<string, Float32Array>, velocities: ReadonlyMap<string, Float32Array>): void {
    for (const slot of this.#slots) {
      const { name, shape } = slot.parameter;
      this.#tf.tidy(() => {
        this.#write(slot, () =>
          this.#native.assign(slot.weight, this.#tf.tensor(valuesOf(weights, name), [...shape])),
        );
        this.#native.assign(slot.velocity, this.#tf.tensor(valuesOf(velocities, name), [...shape]));
      });
    }
  }

  dispose(): void {
    for (const { weight, velocity } of this.#slots) {
      this.#native.destroy(weight);
      this.#native.destroy(velocity);
    }
    this.#momentum.dispose();
  }

  /**
   * Changes a variable. TensorFlow copies a variable that is also held elsewhere before it changes it, so the
   * tfjs variable releases it first and shares it afterwards.
   */
  #write({ parameter, weight }: Slot, change: () => void): void {
    this.#native.release(parameter.variable);
    try {
      change();
    } finally {
      this.#native.share(parameter.variable, weight);
    }
  }

  #shrink(slot: Slot): void {
    const { variable } = slot.parameter;
    this.#tf.tidy(() => {
      const smaller = this.#tf.mul(variable, this.#pendingDecay);
      this.#write(slot, () => this.#native.assign(slot.weight, smaller));
    });
  }

  #normOf(gradients: Gradients): number {
    return this.#tf.tidy(() => {
      const halves = Object.values(gradients).map((gradient) => this.#native.l2Loss(gradient));
      return Math.sqrt(2 * (this.#tf.addN(halves).dataSync()[0] ?? NaN));
    });
  }
}

function valuesOf(values: ReadonlyMap<string, Float32Array>, name: string): Float32Array {
  const found = values.get(name);
  if (found === undefined) throw new RangeError(`${name} is missing`);
  return found;
}
