import { bytesOf } from '../onnx/nodes.js';
import { DATA_TYPE, type GraphProto, type NodeProto, type TensorProto } from '../onnx/proto.js';

/**
 * Changes a graph that was exported for batches of one image so that it takes any number: exporters write
 * that 1 into the shapes of Reshape, where 0 ("as it is") means the same for one image and is right for more.
 * A run shows whether that was enough.
 */
export function freeBatch(graph: GraphProto): GraphProto {
  const shapes = new Set(
    (graph.node ?? []).filter(({ op_type }) => op_type === 'Reshape').map(({ input }) => input?.[1]),
  );
  return {
    ...graph,
    initializer: (graph.initializer ?? []).map((tensor) =>
      shapes.has(tensor.name) ? freed(tensor) : tensor,
    ),
    node: (graph.node ?? []).map((node) => (shapes.has(node.output?.[0]) ? freedConstant(node) : node)),
  };
}

function freedConstant(node: NodeProto): NodeProto {
  if (node.op_type !== 'Constant') return node;
  const attribute = (node.attribute ?? []).map((each) =>
    each.t === undefined ? each : { ...each, t: freed(each.t) },
  );
  return { ...node, attribute };
}

function freed(tensor: TensorProto): TensorProto {
  const sides = integersOf(tensor);
  if (sides === undefined || sides.length < 2 || sides[0] !== 1n) return tensor;
  return { ...tensor, int64_data: [], raw_data: bytesOf(BigInt64Array.from([0n, ...sides.slice(1)])) };
}

function integersOf({ data_type, raw_data, int64_data }: TensorProto): bigint[] | undefined {
  if (data_type !== DATA_TYPE.int64) return undefined;
  if (int64_data !== undefined && int64_data.length > 0) return int64_data.map(BigInt);
  if (raw_data === undefined || raw_data.byteLength % 8 !== 0) return undefined;
  return [...new BigInt64Array(new Uint8Array(raw_data).buffer)];
}
