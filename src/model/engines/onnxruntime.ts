import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { messageOf, SmearwatchError } from '../../errors.js';
import { IMAGE_BYTES, IMAGE_CHANNELS, IMAGE_SIDE } from '../../images.js';
import type { Engine, Session, SessionOptions } from '../engine.js';
import { refuseExternalData } from '../onnx/external-data.js';
import { INPUT_NAME, OUTPUT_NAME } from '../onnx/names.js';
import { checkContract } from './contract.js';

/** ONNX Runtime on the CPU. `run` blocks its thread while it computes: only ever in a worker. */
export function onnxruntimeEngine(): Engine {
  return {
    name: 'onnxruntime',
    capabilities: { supportsInt8: true, version: env.versions.node ?? env.versions.common },
    async open(modelFile: string, classes: number, options: SessionOptions): Promise<Session> {
      await refuseExternalData(modelFile);
      const session = await load(modelFile, options);
      try {
        return await checked(new OrtSession(session, classes, modelFile), session, modelFile, classes);
      } catch (error) {
        await session.release();
        throw error;
      }
    },
  };
}

async function load(modelFile: string, { threads }: SessionOptions): Promise<InferenceSession> {
  try {
    // A path, not bytes: ONNX Runtime then reads the file itself, without a copy of it in JavaScript.
    return await InferenceSession.create(modelFile, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    });
  } catch (error) {
    throw new SmearwatchError(`${modelFile} cannot be loaded by ONNX Runtime: ${messageOf(error)}`, {
      code: 'model-unloadable',
      hint: 'Check the file against the registry (models verify); an operator may need a newer ONNX Runtime.',
      cause: error,
    });
  }
}

/** What the graph declares must fit; what it leaves open (a width without a number) is tried with one black image. */
async function checked(
  session: OrtSession,
  { inputMetadata, outputMetadata }: InferenceSession,
  modelFile: string,
  classes: number,
): Promise<OrtSession> {
  const isComplete = checkContract(inputMetadata, outputMetadata, modelFile, classes);
  if (isComplete) return session;
  try {
    await session.run(new Uint8Array(IMAGE_BYTES), 1);
  } catch (error) {
    throw new SmearwatchError(`${modelFile} does not classify an image: ${messageOf(error)}`, {
      code: 'model-unloadable',
      hint: `The graph must give ${classes} probabilities for an image of the contract.`,
      cause: error,
    });
  }
  return session;
}

class OrtSession implements Session {
  #session: InferenceSession | undefined;

  constructor(
    session: InferenceSession,
    private readonly classes: number,
    private readonly modelFile: string,
  ) {
    this.#session = session;
  }

  async run(pixels: Uint8Array, count: number): Promise<Float32Array> {
    if (this.#session === undefined) throw this.#failed('its session is closed');
    if (count < 1 || pixels.byteLength < count * IMAGE_BYTES) {
      throw this.#failed(
        `${count} images need ${count * IMAGE_BYTES} bytes and there are ${pixels.byteLength}`,
      );
    }
    // A view: the tensor uses the caller's memory.
    const image = new Tensor('uint8', pixels.subarray(0, count * IMAGE_BYTES), [
      count,
      IMAGE_SIDE,
      IMAGE_SIDE,
      IMAGE_CHANNELS,
    ]);
    return this.#probabilitiesOf(await this.#compute(this.#session, image), count);
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.release();
  }

  async #compute(session: InferenceSession, image: Tensor): Promise<InferenceSession.OnnxValueMapType> {
    try {
      return await session.run({ [INPUT_NAME]: image }, [OUTPUT_NAME]);
    } catch (error) {
      throw this.#failed(messageOf(error), error);
    }
  }

  #probabilitiesOf(results: InferenceSession.OnnxValueMapType, count: number): Float32Array {
    const data = results[OUTPUT_NAME]?.data;
    const expected = count * this.classes;
    if (!(data instanceof Float32Array) || data.length !== expected) {
      throw this.#failed(`it did not give ${expected} float32 probabilities`);
    }
    if (!data.every(Number.isFinite)) throw this.#failed('it gave probabilities that are not numbers');
    return data;
  }

  #failed(why: string, cause?: unknown): SmearwatchError {
    return new SmearwatchError(`${this.modelFile} failed to classify: ${why}`, {
      code: 'inference-failed',
      cause,
    });
  }
}
