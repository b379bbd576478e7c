import { IMAGE_BYTES, IMAGE_CHANNELS } from '../../../images.js';
import type { GraphInput } from '../../computation.js';
import { Tensor } from '../../onnx-runtime.js';
import { instantiate, type WebAssemblyExports } from '../../../webassembly.js';
import type { CutFront } from './cut-front.js';

/** Exports of native/front; see its README.md. */
interface FrontExports extends WebAssemblyExports {
  readonly image: () => number;
  readonly reserve: (bytes: number) => number;
  readonly set_side: (side: number) => number;
  readonly set_channel: (channel: number, factor: number, offset: number) => void;
  readonly set_zero_point: (level: number) => void;
  readonly resize_to_floats: (to: number) => void;
  readonly resize_to_bytes: (to: number) => void;
  readonly average_to_floats: (to: number) => void;
  readonly average_to_bytes: (to: number) => void;
}

/** Converts pixels to a network's input, in memory that it keeps: that of the largest batch so far. */
export class FrontKernel {
  /** Rows and columns of the computed input. */
  readonly side: number;
  readonly #exports = instantiate('front', {}) as FrontExports;
  readonly #write: (to: number) => void;
  readonly #bytesPerImage: number;

  /** @throws RangeError when the side is not from 4 to 512 */
  constructor(private readonly front: CutFront) {
    const { kind, side, mean, deviation, levels } = front;
    this.side = side;
    if (this.#exports.set_side(side) === 0) throw new RangeError(`A side of ${side} is not from 4 to 512`);
    const scale = levels?.scale ?? 1;
    for (const [channel, divisor] of deviation.entries()) {
      const factor = 1 / (divisor * scale);
      this.#exports.set_channel(channel, factor, -(mean[channel] ?? 0) * factor);
    }
    this.#exports.set_zero_point(levels?.zeroPoint ?? 0);
    this.#bytesPerImage = side * side * IMAGE_CHANNELS * (levels ? 1 : Float32Array.BYTES_PER_ELEMENT);
    const { resize_to_bytes, resize_to_floats, average_to_bytes, average_to_floats } = this.#exports;
    const [toBytes, toFloats] =
      kind === 'resize' ? [resize_to_bytes, resize_to_floats] : [average_to_bytes, average_to_floats];
    this.#write = levels ? toBytes : toFloats;
  }

  /**
   * @param pixels `count × 196,608` bytes (uint8, 256×256×3, RGB)
   * @returns float32 `count × 3 × side × side`, or with levels uint8 `count × side × side × 3`; valid until
   *   the
   *   next call
   * @throws RangeError when there is no memory for `count` images
   */
  run(pixels: Uint8Array, count: number): Float32Array | Uint8Array {
    const { memory, image, reserve } = this.#exports;
    const bytes = count * this.#bytesPerImage;
    const start = reserve(bytes);
    if (start === 0) throw new RangeError(`${count} images of the network's input do not fit into memory`);
    const input = new Uint8Array(memory.buffer, image(), IMAGE_BYTES);
    for (let i = 0; i < count; i += 1) {
      input.set(pixels.subarray(i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES));
      this.#write(start + i * this.#bytesPerImage);
    }
    return this.front.levels
      ? new Uint8Array(memory.buffer, start, bytes)
      : new Float32Array(memory.buffer, start, bytes / Float32Array.BYTES_PER_ELEMENT);
  }
}

/** The input of a graph whose front was cut off. */
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
