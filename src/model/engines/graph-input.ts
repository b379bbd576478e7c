import { Tensor } from '../onnx-runtime.js';
import { IMAGE_BYTES, IMAGE_CHANNELS, IMAGE_SIDE } from '../../images.js';
import { INPUT_NAME } from '../onnx/names.js';
import type { FrontKernel } from './front-kernel.js';

/** What a graph reads. */
export interface GraphInput {
  readonly name: string;
  /** Of `count × 196,608` bytes of pixels; valid until the next call. */
  tensorOf(pixels: Uint8Array, count: number): Tensor;
}

/** The contract's: a view, the tensor uses the caller's memory. */
export const pixelInput: GraphInput = {
  name: INPUT_NAME,
  tensorOf: (pixels, count) =>
    new Tensor('uint8', pixels.subarray(0, count * IMAGE_BYTES), [
      count,
      IMAGE_SIDE,
      IMAGE_SIDE,
      IMAGE_CHANNELS,
    ]),
};

/** Of a graph that was cut behind its front. */
export function frontInput(name: string, kernel: FrontKernel): GraphInput {
  const { side } = kernel;
  return {
    name,
    tensorOf: (pixels, count) => {
      const values = kernel.run(pixels, count);
      return values instanceof Float32Array
        ? new Tensor('float32', values, [count, IMAGE_CHANNELS, side, side])
        : new Tensor('uint8', values, [count, side, side, IMAGE_CHANNELS]);
    },
  };
}
