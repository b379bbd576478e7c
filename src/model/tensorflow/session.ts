import type { Tensor } from '@tensorflow/tfjs';
import type { ComputedBy, Session } from '../../engine.js';
import { messageOf, SmearwatchError } from '../../errors.js';
import { IMAGE_BYTES, IMAGE_CHANNELS, IMAGE_SIDE } from '../../images.js';
import type { Tensorflow } from './load.js';

/** A network in TensorFlow's memory. */
export interface Runnable {
  /** float32 [N, 256, 256, 3], 0…255 → float32 [N, classes]; called inside a tidy. */
  run(pixels: Tensor): Tensor;
  dispose(): void;
}

export interface SessionModel {
  readonly runnable: Runnable;
  readonly classes: number;
  /** Path of the model's file, for errors. */
  readonly modelFile: string;
}

export class TensorflowSession implements Session {
  readonly computedBy: ComputedBy;
  readonly #tf: Tensorflow;
  readonly #model: SessionModel;
  #runnable: Runnable | undefined;

  constructor(tf: Tensorflow, model: SessionModel) {
    this.#tf = tf;
    this.computedBy = { computation: 'tfjs-node', engineVersion: tf.version['tfjs-core'] };
    this.#model = model;
    this.#runnable = model.runnable;
  }

  async run(pixels: Uint8Array, count: number): Promise<Float32Array> {
    if (this.#runnable === undefined) throw this.#failed('its session is closed');
    if (count < 1 || pixels.byteLength < count * IMAGE_BYTES) {
      throw this.#failed(
        `${count} images need ${count * IMAGE_BYTES} bytes and there are ${pixels.byteLength}`,
      );
    }
    const found = await this.#compute(this.#runnable, pixels.subarray(0, count * IMAGE_BYTES), count);
    const expected = count * this.#model.classes;
    if (!(found instanceof Float32Array) || found.length !== expected) {
      throw this.#failed(`it did not give ${expected} float32 probabilities`);
    }
    if (!found.every(Number.isFinite)) throw this.#failed('it gave probabilities that are not numbers');
    return found;
  }

  close(): Promise<void> {
    this.#runnable?.dispose();
    this.#runnable = undefined;
    return Promise.resolve();
  }

  async #compute(runnable: Runnable, pixels: Uint8Array, count: number): Promise<unknown> {
    const tf = this.#tf;
    let output: Tensor | undefined;
    try {
      output = tf.tidy(() => {
        const shape = [count, IMAGE_SIDE, IMAGE_SIDE, IMAGE_CHANNELS];
        return runnable.run(tf.tensor(Float32Array.from(pixels), shape));
      });
      return await output.data();
    } catch (error) {
      throw this.#failed(messageOf(error), error);
    } finally {
      output?.dispose();
    }
  }

  #failed(why: string, cause?: unknown): SmearwatchError {
    return new SmearwatchError('inference-failed', `${this.#model.modelFile} failed to classify: ${why}`, {
      cause,
    });
  }
}
