import { InferenceSession, Tensor } from '../onnx-runtime.js';
import { messageOf } from '../../errors.js';
import { IMAGE_BYTES, IMAGE_CHANNELS, IMAGE_SIDE } from '../../images.js';
import { INPUT_NAME } from '../onnx/names.js';
import { unloadable } from '../onnx/proto.js';

export interface SessionRunOptions {
  readonly threads: number;
  readonly onProgress?: ((done: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Images computed at a time: AlexNet's activations are 3 MB each. */
const BATCH = 8;

/** Runs a model's bytes on all images, and yields each batch's outputs by name. */
export async function runModel(
  model: Uint8Array,
  images: readonly Uint8Array[],
  { threads, onProgress, signal }: SessionRunOptions,
  onOutputs: (outputs: ReadonlyMap<string, Float32Array>) => void,
): Promise<void> {
  const session = await open(model, threads);
  try {
    for (let from = 0; from < images.length; from += BATCH) {
      signal?.throwIfAborted();
      const batch = images.slice(from, from + BATCH);
      onOutputs(floatsOf(await session.run({ [INPUT_NAME]: batchTensor(batch) })));
      onProgress?.(from + batch.length);
      await nextTurn();
    }
  } finally {
    await session.release();
  }
}

/** Yields to signals and progress bars, because ONNX Runtime blocks its thread. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Concatenates images to a batch of the contract. */
export function joinImages(images: readonly Uint8Array[]): Uint8Array {
  const pixels = new Uint8Array(images.length * IMAGE_BYTES);
  for (const [index, image] of images.entries()) pixels.set(image, index * IMAGE_BYTES);
  return pixels;
}

async function open(model: Uint8Array, threads: number): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(model, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    });
  } catch (cause) {
    throw unloadable(`ONNX Runtime cannot load the model: ${messageOf(cause)}`, { cause });
  }
}

function batchTensor(images: readonly Uint8Array[]): Tensor {
  return new Tensor('uint8', joinImages(images), [images.length, IMAGE_SIDE, IMAGE_SIDE, IMAGE_CHANNELS]);
}

function floatsOf(outputs: InferenceSession.OnnxValueMapType): Map<string, Float32Array> {
  return new Map(
    Object.entries(outputs).flatMap(([name, { data }]) =>
      data instanceof Float32Array ? [[name, data] as const] : [],
    ),
  );
}
