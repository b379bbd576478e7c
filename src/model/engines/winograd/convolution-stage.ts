import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Convolution, ConvolutionShape } from '../../onnx/divide.js';
import { IR_VERSION, OPSET } from '../../onnx/export-onnx.js';
import { constantTensor, GraphBuilder, tensorInfo } from '../../onnx/nodes.js';
import { DATA_TYPE, encodeModel } from '../../onnx/proto.js';
import { outputsPerTile, pointsPerTile, transformFilters } from './filters.js';
import type { Images, Place, WinogradKernel } from './kernel.js';
import type { ReadyStage, Scratch } from './stage.js';

export interface ConvolutionParts {
  readonly kernel: WinogradKernel;
  readonly settings: InferenceSession.SessionOptions;
  /** How many will be run at once, at most. */
  readonly images: number;
}

/** A convolution as products of matrices, which ONNX Runtime computes, between two steps that native/winograd does. */
export async function convolutionStage(
  convolution: Convolution,
  inputSide: number,
  { kernel, settings, images }: ConvolutionParts,
): Promise<ReadyStage> {
  const filters = transformFilters(convolution);
  const session = await InferenceSession.create(productsOf(convolution, filters), settings);
  const side = inputSide + 2 * convolution.padding - convolution.kernel + 1;
  const tiles = Math.ceil(side / outputsPerTile(convolution.kernel));
  return new ConvolutionStage(convolution, {
    ...{ kernel, session, side, tiles },
    atOnce: Math.ceil(images / timesOf(images, convolution, tiles, filters.length)),
  });
}

/**
 * In how many lots images are best run: of about as much memory as the filters have. Of smaller ones, the filters are read from memory
 * too often; of larger ones, what is computed has left the processor's caches before it is read.
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

const TILES = 'tiles';
const PRODUCTS = 'products';

/** For each point and group a product of matrices: [tiles, channels] by [channels, outputs]. */
function productsOf(
  { kernel, groups, channels, outputs }: ConvolutionShape,
  filters: Float32Array,
): Uint8Array {
  const points = pointsPerTile(kernel);
  const [wide, deep] = [channels / groups, outputs / groups];
  const builder = new GraphBuilder();
  builder.constant('filters', [points, groups, wide, deep], filters);
  builder.node('MatMul', PRODUCTS, [TILES, 'filters']);
  const graph = {
    name: 'products',
    node: builder.nodes,
    input: [tensorInfo(TILES, DATA_TYPE.float, [points, groups, 'T', wide])],
    output: [tensorInfo(PRODUCTS, DATA_TYPE.float, [points, groups, 'T', deep])],
  };
  const model = { ir_version: IR_VERSION, opset_import: [{ domain: '', version: OPSET }], graph };
  return encodeModel(model, builder.constants.map(constantTensor));
}

class ConvolutionStage implements ReadyStage {
  readonly side: number;
  readonly channels: number;
  readonly scratch: ReadyStage['scratch'];
  readonly #shape: ConvolutionShape;
  readonly #bias: Float32Array;
  readonly #kernel: WinogradKernel;
  readonly #session: InferenceSession;
  /** In a row, and in a column, of an image. */
  readonly #tiles: number;
  /** Images. */
  readonly #atOnce: number;

  constructor(
    { kernel, padding, groups, channels, outputs, bias }: Convolution,
    parts: { kernel: WinogradKernel; session: InferenceSession; side: number; tiles: number; atOnce: number },
  ) {
    // Copies: the filters, and the file that all of it was read from, are needed no more.
    this.#shape = { kernel, padding, groups, channels, outputs };
    this.#bias = Float32Array.from(bias);
    this.#kernel = parts.kernel;
    this.#session = parts.session;
    this.#tiles = parts.tiles;
    this.#atOnce = parts.atOnce;
    this.side = parts.side;
    this.channels = outputs;
    const perChannel = pointsPerTile(kernel) * this.#roomFor(parts.atOnce);
    this.scratch = { tiles: perChannel * channels, products: perChannel * outputs, bias: outputs };
  }

  async run(from: Images, to: Place, scratch: Scratch): Promise<void> {
    const { channels, outputs } = this.#shape;
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
      await this.#multiply(tiles.room, scratch);
      this.#kernel.transformOutput(this.#shape, scratch, tiles, into);
    }
  }

  release(): Promise<void> {
    return this.#session.release();
  }

  /**
   * An odd number of tiles, of which one may be nobody's. A tile's values are written to as many places as there are points, and with a
   * multiple of 4,096 bytes between them, all of these share a few lines of the processor's cache.
   */
  #roomFor(images: number): number {
    return (images * this.#tiles ** 2) | 1;
  }

  async #multiply(room: number, { tiles, products }: Scratch): Promise<void> {
    const { groups, channels, outputs, kernel } = this.#shape;
    const of = (place: Place, width: number): Tensor => {
      const shape = [pointsPerTile(kernel), groups, room, width / groups];
      const length = shape.reduce((product, side) => product * side, 1);
      return new Tensor('float32', this.#kernel.floats(place, length), shape);
    };
    await this.#session.run({ [TILES]: of(tiles, channels) }, { [PRODUCTS]: of(products, outputs) });
  }
}
