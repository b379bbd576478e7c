import { InferenceSession, Tensor } from 'onnxruntime-node';
import { messageOf } from '../../../errors.js';
import type { ConvolutionShape } from '../../onnx/divide.js';
import { IR_VERSION, OPSET } from '../../onnx/export-onnx.js';
import { constantTensor, GraphBuilder, sequenceInfo, tensorInfo } from '../../onnx/nodes.js';
import { DATA_TYPE, encodeModel } from '../../onnx/proto.js';
import { pointsPerTile } from './filters.js';

const TILES = 'tiles';
const PRODUCTS = 'products';
const NOTHING = 'nothing';
/** What the binding says of an output that it cannot convert. */
const NOT_CONVERTED = 'Non tensor type is temporarily not supported.';

/**
 * For each point and group a product of matrices: tiles × channels by channels × outputs.
 *
 * ONNX Runtime's binding for Node (1.30) computes into the memory that it is given for an output, and then copies that into a new array
 * all the same, which nobody reads here: 5 MB an image for AlexNet, and a sixth of its time with what V8 does to be rid of them. It
 * converts outputs in their order and ends at the first that is no tensor, when everything is computed. So the first one here is an
 * empty sequence.
 */
export class MatrixProducts {
  readonly #session: InferenceSession;
  readonly #shape: ConvolutionShape;

  private constructor(session: InferenceSession, shape: ConvolutionShape) {
    this.#session = session;
    this.#shape = shape;
  }

  /**
   * @param filters transformed: float32 [points, groups, channels / groups, outputs / groups]
   * @throws when a product cannot be computed, which is tried with one tile
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
   * @param tiles float32 [points, groups, tiles, channels / groups]
   * @param products float32 [points, groups, tiles, outputs / groups], to be written
   */
  async run(tiles: Float32Array, products: Float32Array): Promise<void> {
    const { kernel, groups, channels, outputs } = this.#shape;
    const tensorOf = (values: Float32Array, width: number): Tensor => {
      const points = pointsPerTile(kernel);
      return new Tensor('float32', values, [points, groups, values.length / points / width, width / groups]);
    };
    const output = { [NOTHING]: null, [PRODUCTS]: tensorOf(products, outputs) };
    try {
      await this.#session.run({ [TILES]: tensorOf(tiles, channels) }, output);
    } catch (error) {
      if (messageOf(error) !== NOT_CONVERTED) throw error;
    }
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
  builder.node('SequenceEmpty', NOTHING, []);
  builder.node('MatMul', PRODUCTS, [TILES, 'filters']);
  const graph = {
    name: 'products',
    node: builder.nodes,
    input: [tensorInfo(TILES, DATA_TYPE.float, [points, groups, 'T', wide])],
    output: [
      sequenceInfo(NOTHING, DATA_TYPE.float),
      tensorInfo(PRODUCTS, DATA_TYPE.float, [points, groups, 'T', deep]),
    ],
  };
  const model = { ir_version: IR_VERSION, opset_import: [{ domain: '', version: OPSET }], graph };
  return encodeModel(model, builder.constants.map(constantTensor));
}
