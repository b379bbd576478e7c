import { InferenceSession, Tensor } from '../../onnx-runtime.js';
import type { ConvolutionShape } from './convolution-run.js';
import { IR_VERSION, OPSET } from '../../onnx/export-onnx.js';
import { constantTensor, GraphBuilder, tensorInfo } from '../../onnx/nodes.js';
import { DATA_TYPE, encodeModel } from '../../onnx/proto.js';
import { addNothing, runInPlace } from '../run-in-place.js';
import { pointsPerTile } from './filters.js';

const TILES = 'tiles';
const PRODUCTS = 'products';

/** Computes a matrix product for each point and group: tiles × channels by channels × outputs. */
export class MatrixProducts {
  readonly #session: InferenceSession;
  readonly #shape: ConvolutionShape;

  private constructor(session: InferenceSession, shape: ConvolutionShape) {
    this.#session = session;
    this.#shape = shape;
  }

  /**
   * Loads the products and tries them with one tile.
   * @param filters transformed: float32 [points, groups, channels / groups, outputs / groups]
   * @throws when a product cannot be computed
   */
  static async open(
    shape: ConvolutionShape,
    filters: Float32Array,
    settings: InferenceSession.SessionOptions,
  ): Promise<MatrixProducts> {
    const session = await InferenceSession.create(graphOf(shape, filters), settings);
    const made = new MatrixProducts(session, shape);
    try {
      const points = pointsPerTile(shape.kernel);
      await made.run(new Float32Array(points * shape.channels), new Float32Array(points * shape.outputs));
      return made;
    } catch (error) {
      await session.release();
      throw error;
    }
  }

  /**
   * Computes the products of all tiles.
   * @param tiles float32 [points, groups, tiles, channels / groups]
   * @param products float32 [points, groups, tiles, outputs / groups], to be written
   */
  async run(tiles: Float32Array, products: Float32Array): Promise<void> {
    const { kernel, groups, channels, outputs } = this.#shape;
    const tensorOf = (values: Float32Array, width: number): Tensor => {
      const points = pointsPerTile(kernel);
      return new Tensor('float32', values, [points, groups, values.length / points / width, width / groups]);
    };
    const input = { [TILES]: tensorOf(tiles, channels) };
    await runInPlace(this.#session, input, [PRODUCTS, tensorOf(products, outputs)]);
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}

function graphOf({ kernel, groups, channels, outputs }: ConvolutionShape, filters: Float32Array): Uint8Array {
  const points = pointsPerTile(kernel);
  const [wide, deep] = [channels / groups, outputs / groups];
  const builder = new GraphBuilder();
  builder.constant('filters', [points, groups, wide, deep], filters);
  const nothing = addNothing(builder);
  builder.node('MatMul', PRODUCTS, [TILES, 'filters']);
  const graph = {
    name: 'products',
    node: builder.nodes,
    input: [tensorInfo(TILES, DATA_TYPE.float, [points, groups, 'T', wide])],
    output: [nothing, tensorInfo(PRODUCTS, DATA_TYPE.float, [points, groups, 'T', deep])],
  };
  const model = { ir_version: IR_VERSION, opset_import: [{ domain: '', version: OPSET }], graph };
  return encodeModel(model, builder.constants.map(constantTensor));
}
