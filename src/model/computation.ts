import { IMAGE_BYTES, IMAGE_CHANNELS, IMAGE_SIDE } from '../images.js';
import { INPUT_NAME } from './onnx/names.js';
import { Tensor, type InferenceSession } from './onnx-runtime.js';

/** A model's computation from pixels to its output, in one part or in several. */
export interface Computation {
  /** Name of the first graph's input. */
  readonly inputName: string;
  readonly outputs: InferenceSession['outputMetadata'];
  /** Computes one output of `count × 196,608` bytes of pixels. One batch at a time. */
  run(pixels: Uint8Array, count: number, output: string): Promise<Tensor | undefined>;
  release(): Promise<void>;
}

/** Makes the tensor that a graph reads. */
export interface GraphInput {
  readonly name: string;
  /** Makes the tensor from `count × 196,608` bytes of pixels; valid until the next call. */
  tensorOf(pixels: Uint8Array, count: number): Tensor;
}

/** The contract's input: the tensor is a view of the caller's memory. */
export const pixelInput: GraphInput = {
  name: INPUT_NAME,
  tensorOf: (pixels, count) => {
    const shape = [count, IMAGE_SIDE, IMAGE_SIDE, IMAGE_CHANNELS];
    return new Tensor('uint8', pixels.subarray(0, count * IMAGE_BYTES), shape);
  },
};

/** A graph that ONNX Runtime computes in one part. */
export function wholeGraph(session: InferenceSession, input: GraphInput): Computation {
  return {
    inputName: input.name,
    outputs: session.outputMetadata,
    run: async (pixels, count, output) =>
      (await session.run({ [input.name]: input.tensorOf(pixels, count) }, [output]))[output],
    release: () => session.release(),
  };
}
