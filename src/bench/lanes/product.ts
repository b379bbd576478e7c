import { InferenceSession, Tensor } from '../../model/onnx-runtime.js';
import { constantTensor, GraphBuilder, tensorInfo } from '../../model/onnx/nodes.js';
import { IR_VERSION, OPSET } from '../../model/onnx/export-onnx.js';
import { DATA_TYPE, encodeModel } from '../../model/onnx/proto.js';
import type { ProductSetup, LaneWork } from './protocol.js';

/**
 * A matrix product by the kernels that compute the networks, on one thread. The second factor is a constant,
 * as weights are: ONNX Runtime packs it for its kernel beforehand, which makes the product a quarter faster.
 * A vector is multiplied from unpacked memory.
 */
export async function openProduct({ rows, side }: ProductSetup): Promise<LaneWork> {
  const session = await InferenceSession.create(productModel(side), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const feeds = { a: new Tensor('float32', randomValues(rows * side), [rows, side]) };
  return () => session.run(feeds);
}

function productModel(side: number): Uint8Array {
  const builder = new GraphBuilder();
  builder.node('MatMul', 'product', ['a', 'b']);
  const weights = constantTensor({ name: 'b', dims: [side, side], values: randomValues(side * side) });
  const model = {
    ir_version: IR_VERSION,
    opset_import: [{ domain: '', version: OPSET }],
    producer_name: 'smearwatch',
    graph: {
      name: 'product',
      node: builder.nodes,
      input: [tensorInfo('a', DATA_TYPE.float, ['rows', side])],
      output: [tensorInfo('product', DATA_TYPE.float, ['rows', side])],
    },
  };
  return encodeModel(model, [weights]);
}

/**
 * Random values without zeros and denormals, which some processors multiply at another speed; drawn once and
 * repeated.
 */
function randomValues(count: number): Float32Array {
  const drawn = Float32Array.from({ length: Math.min(count, 65_536) }, () => Math.random() - 0.5);
  const values = new Float32Array(count);
  for (let from = 0; from < count; from += drawn.length) values.set(drawn.subarray(0, count - from), from);
  return values;
}
