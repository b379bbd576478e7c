import { InferenceSession, Tensor } from 'onnxruntime-node';
import { IMAGE_BYTES, IMAGE_CHANNELS, IMAGE_SIDE } from '../../images.js';
import { INPUT_NAME, OUTPUT_NAME } from '../onnx/names.js';
import { DATA_TYPE, encodeModel, type GraphProto, type ModelProto } from '../onnx/proto.js';
import { Histogram } from './histogram.js';

export interface CalibrateOptions {
  /** Activations to look at. */
  readonly activations: readonly string[];
  readonly threads: number;
  readonly onProgress?: (done: number) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface Calibration {
  readonly histograms: ReadonlyMap<string, Histogram>;
  /** The float model's, row by row. */
  readonly probabilities: Float32Array;
}

/** Images computed at a time: AlexNet's activations are 3 MB each. */
const BATCH = 8;

/** Runs the float model with its activations as further outputs, and keeps how they are distributed. */
export async function calibrate(
  model: ModelProto & { graph: GraphProto },
  images: readonly Uint8Array[],
  { activations, threads, onProgress, signal }: CalibrateOptions,
): Promise<Calibration> {
  const session = await InferenceSession.create(withOutputs(model, activations), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const histograms = new Map(activations.map((name) => [name, new Histogram()]));
  const rows: Float32Array[] = [];
  try {
    for (let from = 0; from < images.length; from += BATCH) {
      signal?.throwIfAborted();
      const batch = images.slice(from, from + BATCH);
      const values = await session.run({ [INPUT_NAME]: batchTensor(batch) });
      rows.push(floats(values[OUTPUT_NAME]));
      for (const [name, histogram] of histograms) histogram.add(floats(values[name]));
      onProgress?.(from + batch.length);
      await new Promise(setImmediate); // ONNX Runtime blocks this thread: signals and bars get their turn here
    }
  } finally {
    await session.release();
  }
  return { histograms, probabilities: Float32Array.from(rows.flatMap((row) => [...row])) };
}

function withOutputs(model: ModelProto & { graph: GraphProto }, names: readonly string[]): Uint8Array {
  const more = names.map((name) => ({ name, type: { tensor_type: { elem_type: DATA_TYPE.float } } }));
  const output = [...(model.graph.output ?? []), ...more];
  return encodeModel({ ...model, graph: { ...model.graph, output } });
}

function batchTensor(images: readonly Uint8Array[]): Tensor {
  const pixels = new Uint8Array(images.length * IMAGE_BYTES);
  for (const [index, image] of images.entries()) pixels.set(image, index * IMAGE_BYTES);
  return new Tensor('uint8', pixels, [images.length, IMAGE_SIDE, IMAGE_SIDE, IMAGE_CHANNELS]);
}

function floats(value: Tensor | undefined): Float32Array {
  if (value?.data instanceof Float32Array) return value.data;
  throw new TypeError('ONNX Runtime gave no floats for an activation');
}
