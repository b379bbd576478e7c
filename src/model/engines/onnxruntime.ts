import { env, type Tensor } from '../onnx-runtime.js';
import { messageOf, SmearwatchError } from '../../errors.js';
import { IMAGE_BYTES } from '../../images.js';
import type { ComputedBy, Engine, KernelFallback, Session, SessionOptions } from '../../engine.js';
import { OUTPUT_NAME } from '../onnx/names.js';
import type { Computation } from '../computation.js';
import { checkOutput } from '../contract.js';
import { openOnnx, type OpenedModel } from './open-onnx.js';

/**
 * ONNX Runtime on the CPU. `run` blocks its thread while it computes, so it may only be called in a worker.
 */
export function onnxruntimeEngine(): Engine {
  return {
    name: 'onnxruntime',
    capabilities: { supportsInt8: true, version: version() },
    async open(modelFile: string, classes: number, options: SessionOptions): Promise<Session> {
      const opened = await openOnnx(modelFile, options);
      try {
        return await checked(opened, modelFile, classes);
      } catch (error) {
        await opened.computation.release();
        throw error;
      }
    },
  };
}

/**
 * Checks that the graph's declarations fit; a side without a number (for instance a free width) is tried with
 * one black image.
 */
async function checked(opened: OpenedModel, modelFile: string, classes: number): Promise<OrtSession> {
  const made = new OrtSession(opened, classes, modelFile);
  if (checkOutput(opened.computation.outputs, modelFile, classes) && opened.isDeclared) return made;
  try {
    await made.run(new Uint8Array(IMAGE_BYTES), 1);
  } catch (error) {
    throw new SmearwatchError(
      'model-unloadable',
      `${modelFile} does not classify an image: ${messageOf(error)}`,
      { hint: `The graph must give ${classes} probabilities for an image of the contract.`, cause: error },
    );
  }
  return made;
}

function version(): string {
  return env.versions.node ?? env.versions.common;
}

class OrtSession implements Session {
  readonly computedBy: ComputedBy;
  readonly fallback: KernelFallback | undefined;
  #computation: Computation | undefined;
  #isRunning = false;

  constructor(
    { computation, name, fallback }: OpenedModel,
    private readonly classes: number,
    private readonly modelFile: string,
  ) {
    this.#computation = computation;
    this.computedBy = { computation: name, engineVersion: version() };
    this.fallback = fallback;
  }

  async run(pixels: Uint8Array, count: number): Promise<Float32Array> {
    if (this.#computation === undefined) throw this.#failed('its session is closed');
    if (count < 1 || pixels.byteLength < count * IMAGE_BYTES) {
      throw this.#failed(
        `${count} images need ${count * IMAGE_BYTES} bytes and there are ${pixels.byteLength}`,
      );
    }
    // The input of the graphs is in memory that the next batch will use.
    if (this.#isRunning) throw this.#failed('another batch is in progress');
    this.#isRunning = true;
    try {
      return this.#probabilitiesOf(await this.#compute(this.#computation, pixels, count), count);
    } finally {
      this.#isRunning = false;
    }
  }

  async close(): Promise<void> {
    const computation = this.#computation;
    this.#computation = undefined;
    await computation?.release();
  }

  async #compute(computation: Computation, pixels: Uint8Array, count: number): Promise<Tensor | undefined> {
    try {
      return await computation.run(pixels, count, OUTPUT_NAME);
    } catch (error) {
      throw this.#failed(messageOf(error), error);
    }
  }

  #probabilitiesOf(output: Tensor | undefined, count: number): Float32Array {
    const data = output?.data;
    const expected = count * this.classes;
    if (!(data instanceof Float32Array) || data.length !== expected) {
      throw this.#failed(`it did not give ${expected} float32 probabilities`);
    }
    if (!data.every(Number.isFinite)) throw this.#failed('it gave probabilities that are not numbers');
    return data;
  }

  #failed(why: string, cause?: unknown): SmearwatchError {
    return new SmearwatchError('inference-failed', `${this.modelFile} failed to classify: ${why}`, { cause });
  }
}
