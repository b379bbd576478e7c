import { readFile } from 'node:fs/promises';
import type { Tensor } from '@tensorflow/tfjs';
import { messageOf, SmearwatchError } from '../../errors.js';
import { IMAGE_BYTES, IMAGE_CHANNELS, IMAGE_SIDE } from '../../images.js';
import type { Engine, Session } from '../engine.js';
import { checkContract } from '../engines/contract.js';
import { decodeModel, unloadable } from '../onnx/proto.js';
import { parseOnnxWeights } from '../onnx/read-onnx.js';
import { applyModel, buildModel, setWeights, type BuiltModel } from './build-model.js';
import { declaredValues } from './declared-values.js';
import { loadTensorflow, type Tensorflow } from './load.js';
import { networkOf } from './network-of.js';
import type { FindOptions } from './paths.js';

/**
 * TensorFlow on the CPU. `run` blocks its thread while it computes: only ever in a worker. A session cannot choose its
 * threads: TensorFlow has one pool per process, whose size is TF_NUM_INTRAOP_THREADS when the first engine is loaded.
 * @throws SmearwatchError `engine-unavailable`
 */
export async function tensorflowEngine(options: FindOptions = {}): Promise<Engine> {
  const tf = await load(options);
  return {
    name: 'tfjs-node',
    capabilities: { supportsInt8: false, version: tf.version['tfjs-core'] },
    async open(modelFile: string, classes: number): Promise<Session> {
      return new TensorflowSession(tf, await readModel(tf, modelFile, classes), modelFile);
    },
  };
}

async function load(options: FindOptions): Promise<Tensorflow> {
  try {
    return await loadTensorflow(options);
  } catch (cause) {
    const hint = cause instanceof SmearwatchError ? cause.hint : undefined;
    throw new SmearwatchError(`The engine tfjs-node cannot be loaded: ${messageOf(cause)}`, {
      code: 'engine-unavailable',
      kind: 'configuration',
      hint: hint ?? 'Configure the engine onnxruntime instead.',
      cause,
    });
  }
}

async function readModel(tf: Tensorflow, modelFile: string, classes: number): Promise<BuiltModel> {
  const bytes = await readFile(modelFile).catch((cause: unknown) => {
    throw unloadable(`${modelFile} cannot be read: ${messageOf(cause)}`, { cause });
  });
  const { graph } = decodeModel(bytes, modelFile);
  checkContract(declaredValues(graph.input), declaredValues(graph.output), modelFile, classes);
  const network = networkOf(graph, classes, modelFile);
  const built = buildModel(tf, network);
  try {
    setWeights(tf, built, parseOnnxWeights(bytes, network, modelFile));
    return built;
  } catch (cause) {
    built.dispose();
    throw cause instanceof SmearwatchError && cause.code === 'model-unloadable'
      ? cause
      : unloadable(`${modelFile}: ${messageOf(cause)}`, { cause });
  }
}

class TensorflowSession implements Session {
  readonly #tf: Tensorflow;
  readonly #modelFile: string;
  #built: BuiltModel | undefined;

  constructor(tf: Tensorflow, built: BuiltModel, modelFile: string) {
    this.#tf = tf;
    this.#built = built;
    this.#modelFile = modelFile;
  }

  async run(pixels: Uint8Array, count: number): Promise<Float32Array> {
    if (this.#built === undefined) throw this.#failed('its session is closed');
    if (count < 1 || pixels.byteLength < count * IMAGE_BYTES) {
      throw this.#failed(
        `${count} images need ${count * IMAGE_BYTES} bytes and there are ${pixels.byteLength}`,
      );
    }
    const probabilities = await this.#compute(this.#built, pixels.subarray(0, count * IMAGE_BYTES), count);
    if (!probabilities.every(Number.isFinite))
      throw this.#failed('it gave probabilities that are not numbers');
    return probabilities;
  }

  close(): Promise<void> {
    this.#built?.dispose();
    this.#built = undefined;
    return Promise.resolve();
  }

  async #compute({ model }: BuiltModel, pixels: Uint8Array, count: number): Promise<Float32Array> {
    const tf = this.#tf;
    let output: Tensor | undefined;
    try {
      output = tf.tidy(() => {
        const shape = [count, IMAGE_SIDE, IMAGE_SIDE, IMAGE_CHANNELS];
        return applyModel(model, tf.tensor(Float32Array.from(pixels), shape), false);
      });
      return (await output.data()) as Float32Array;
    } catch (error) {
      throw this.#failed(messageOf(error), error);
    } finally {
      output?.dispose();
    }
  }

  #failed(why: string, cause?: unknown): SmearwatchError {
    return new SmearwatchError(`${this.#modelFile} failed to classify: ${why}`, {
      code: 'inference-failed',
      cause,
    });
  }
}
