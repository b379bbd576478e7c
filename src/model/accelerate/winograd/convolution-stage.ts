import type { InferenceSession } from '../../onnx-runtime.js';
import type { Convolution, ConvolutionShape } from './convolution-run.js';
import { outputsPerTile, pointsPerTile, transformFilters } from './filters.js';
import type { Images, KernelOffset, WinogradKernel } from './kernel.js';
import { MatrixProducts } from './matrix-products.js';
import type { ReadyStage, Scratch } from './stage.js';

export interface ConvolutionParts {
  readonly kernel: WinogradKernel;
  readonly settings: InferenceSession.SessionOptions;
  /** Largest number of images in one run. */
  readonly images: number;
}

/** A convolution as matrix products by ONNX Runtime, between two steps by native/winograd. */
export async function convolutionStage(
  convolution: Convolution,
  inputSide: number,
  { kernel, settings, images }: ConvolutionParts,
): Promise<ReadyStage> {
  const filters = transformFilters(convolution);
  const products = await MatrixProducts.open(convolution, filters, settings);
  const side = inputSide + 2 * convolution.padding - convolution.kernel + 1;
  const tiles = Math.ceil(side / outputsPerTile(convolution.kernel));
  return new ConvolutionStage(convolution, {
    kernel,
    products,
    side,
    tiles,
    atOnce: Math.ceil(images / timesOf(images, convolution, tiles, filters.length)),
  });
}

/**
 * The best number of lots to run images in: each takes about as much memory as the filters. With smaller
 * lots, the filters are read from memory too often; with larger ones, values have left the processor's
 * caches before they are read.
 */
function timesOf(
  images: number,
  { kernel, channels, outputs }: ConvolutionShape,
  tiles: number,
  filters: number,
): number {
  const perImage = pointsPerTile(kernel) * tiles ** 2 * (channels + outputs);
  return Math.min(images, Math.max(1, Math.floor((images * perImage) / filters)));
}

class ConvolutionStage implements ReadyStage {
  readonly side: number;
  readonly channels: number;
  readonly scratch: ReadyStage['scratch'];
  readonly #shape: ConvolutionShape;
  readonly #bias: Float32Array;
  readonly #kernel: WinogradKernel;
  readonly #products: MatrixProducts;
  /** Tiles in each row, and in each column, of an image. */
  readonly #tiles: number;
  /** Number of images that are computed at once. */
  readonly #atOnce: number;

  constructor(
    { kernel, padding, groups, channels, outputs, bias }: Convolution,
    parts: { kernel: WinogradKernel; products: MatrixProducts; side: number; tiles: number; atOnce: number },
  ) {
    // Copies, because the filters and the data of their file are no longer needed.
    this.#shape = { kernel, padding, groups, channels, outputs };
    this.#bias = Float32Array.from(bias);
    this.#kernel = parts.kernel;
    this.#products = parts.products;
    this.#tiles = parts.tiles;
    this.#atOnce = parts.atOnce;
    this.side = parts.side;
    this.channels = outputs;
    const perChannel = pointsPerTile(kernel) * this.#roomFor(parts.atOnce);
    this.scratch = { tiles: perChannel * channels, products: perChannel * outputs, bias: outputs };
  }

  async run(from: Images, to: KernelOffset, scratch: Scratch): Promise<void> {
    const { channels, outputs, kernel } = this.#shape;
    const perTile = pointsPerTile(kernel);
    this.#kernel.floats(scratch.bias, outputs).set(this.#bias);
    for (let first = 0; first < from.images; first += this.#atOnce) {
      const images = Math.min(this.#atOnce, from.images - first);
      const some = {
        images,
        side: from.side,
        at: this.#kernel.after(from.at, first * from.side ** 2 * channels),
      };
      const into = { images, side: this.side, at: this.#kernel.after(to, first * this.side ** 2 * outputs) };
      const tiles = { perSide: this.#tiles, room: this.#roomFor(images) };
      this.#kernel.transformInput(this.#shape, some, tiles, scratch.tiles);
      await this.#products.run(
        this.#kernel.floats(scratch.tiles, perTile * tiles.room * channels),
        this.#kernel.floats(scratch.products, perTile * tiles.room * outputs),
      );
      this.#kernel.transformOutput(this.#shape, scratch, tiles, into);
    }
  }

  release(): Promise<void> {
    return this.#products.release();
  }

  /**
   * An odd number of tiles, of which one may be unused. A tile's values are written to as many places as
   * there are points, and with a multiple of 4,096 bytes between them, all of these share a few lines of
   * the processor's cache.
   */
  #roomFor(images: number): number {
    return (images * this.#tiles ** 2) | 1;
  }
}
