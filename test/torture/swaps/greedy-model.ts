import { constantTensor, GraphBuilder } from '../../../src/model/onnx/nodes.js';
import { decodeModel, encodeModel } from '../../../src/model/onnx/proto.js';

/** Number of elements whose bytes exceed every processor's address space: no computer can allocate them. */
const ELEMENTS = 2n ** 46n;

/**
 * The same network with a tensor in the way for which there is no memory: it loads, and fails with the first
 * image.
 */
export function withGreed(onnx: Uint8Array): Uint8Array {
  const model = decodeModel(onnx);
  const nodes = model.graph.node ?? [];
  const last = nodes.at(-1);
  const [output] = last?.output ?? [];
  if (last === undefined || output === undefined) throw new RangeError('the model has no nodes');
  last.name = 'modest';
  last.output = ['modest'];
  const builder = new GraphBuilder();
  const shape = builder.constant('greed.shape', [1], BigInt64Array.of(ELEMENTS));
  const largest = builder.node('ReduceMax', 'greed.largest', ['modest'], { keepdims: 0 });
  const filled = builder.node('Expand', 'greed.filled', [largest, shape]);
  const smallest = builder.node('ReduceMin', 'greed.smallest', [filled], { keepdims: 0 });
  builder.node('Add', output, ['modest', smallest]);
  nodes.push(...builder.nodes);
  return encodeModel(model, builder.constants.map(constantTensor));
}
