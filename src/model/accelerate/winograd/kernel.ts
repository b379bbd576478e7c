import { instantiate, type WebAssemblyExports } from '../../../webassembly.js';
import type { ConvolutionShape, MaxPool } from './convolution-run.js';

type Transform = (...values: number[]) => void;

/** Exports of native/winograd; see its README.md. */
interface WinogradExports extends WebAssemblyExports {
  readonly reserve: (bytes: number) => number;
  readonly transform_input_3: Transform;
  readonly transform_output_3: Transform;
  readonly transform_input_5: Transform;
  readonly transform_output_5: Transform;
  readonly max_pool: Transform;
}

/** Offset of floats in the kernel's memory, in bytes. */
export type KernelOffset = number;

/** A batch of square images, float32 [images, side, side, channels]. */
export interface Images {
  readonly at: KernelOffset;
  readonly images: number;
  readonly side: number;
}

/** Tiles that images are divided into. */
export interface Tiles {
  /** Tiles in each row, and in each column, of an image. */
  readonly perSide: number;
  /** Number of tiles, of all images together, for which there is room. */
  readonly room: number;
}

const ALIGNMENT = 64;
const FLOAT = Float32Array.BYTES_PER_ELEMENT;

/** Steps before and after a convolution's products, in memory of the kernel's own. */
export class WinogradKernel {
  readonly #exports = instantiate('winograd', {}) as WinogradExports;

  /**
   * Makes room for these numbers of floats.
   * @throws RangeError when there is no memory for them
   */
  arrange(lengths: readonly number[]): KernelOffset[] {
    const sizes = lengths.map((length) => Math.ceil((length * FLOAT) / ALIGNMENT) * ALIGNMENT);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    const start = this.#exports.reserve(bytes);
    if (start === 0) throw new RangeError(`${bytes} bytes for convolutions do not fit into memory`);
    let at = start;
    return sizes.map((size) => (at += size) - size);
  }

  /** The place that lies a number of floats behind another. */
  after(at: KernelOffset, floats: number): KernelOffset {
    return at + floats * FLOAT;
  }

  /** A view of the kernel's memory; valid until the next `arrange`. */
  floats(at: KernelOffset, length: number): Float32Array {
    return new Float32Array(this.#exports.memory.buffer, at, length);
  }

  /**
   * Writes an input as tiles: float32 [points, groups, room, channels / groups]; images × perSide² are
   * used.
   */
  transformInput(
    of: ConvolutionShape,
    { at, images, side }: Images,
    { perSide, room }: Tiles,
    to: KernelOffset,
  ): void {
    const transform = of.kernel === 3 ? this.#exports.transform_input_3 : this.#exports.transform_input_5;
    transform(at, to, images, side, of.channels, of.groups, of.padding, perSide, room);
  }

  /** Makes an output, with bias and ReLU, from products: float32 [points, groups, room, outputs / groups]. */
  transformOutput(
    of: ConvolutionShape,
    { products, bias }: { products: KernelOffset; bias: KernelOffset },
    { perSide, room }: Tiles,
    to: Images,
  ): void {
    const transform = of.kernel === 3 ? this.#exports.transform_output_3 : this.#exports.transform_output_5;
    transform(products, bias, to.at, to.images, to.side, of.outputs, of.groups, perSide, room);
  }

  maxPool({ size, stride }: MaxPool, channels: number, { at, images, side }: Images, to: KernelOffset): void {
    this.#exports.max_pool(at, to, images, side, channels, size, stride);
  }
}
