import { DATA_TYPE, type GraphProto, type NodeProto, type TensorProto } from './proto.js';

const PRODUCTS = new Set(['Gemm', 'MatMul']);
const LEVELS: ReadonlySet<number | undefined> = new Set([DATA_TYPE.int8, DATA_TYPE.uint8]);

/**
 * Whether ONNX Runtime packs a tensor when it loads it, and then no longer needs the file: a matrix that is
 * only used as the second factor of products, in floats, or quantised with a quantised first factor, which
 * become integer products. Kernels of convolutions are packed on some processors and for some numbers of
 * channels only.
 */
export function isPacked(graph: GraphProto, { name = '', dims = [], data_type }: TensorProto): boolean {
  const readers = readersOf(graph, name);
  if (dims.length !== 2 || readers.length === 0) return false;
  if (data_type === DATA_TYPE.float) return readers.every((reader) => isSecondFactor(reader, name));
  return LEVELS.has(data_type) && readers.every((reader) => isQuantizedFactor(graph, reader, name));
}

function isQuantizedFactor(graph: GraphProto, reader: NodeProto, name: string): boolean {
  const [values = ''] = reader.output ?? [];
  const products = readersOf(graph, values);
  const isQuantized = ({ input }: NodeProto) =>
    graph.node?.some((node) => node.op_type === 'DequantizeLinear' && node.output?.[0] === input?.[0]);
  return (
    reader.op_type === 'DequantizeLinear' &&
    reader.input?.lastIndexOf(name) === 0 &&
    products.length > 0 &&
    products.every((product) => isSecondFactor(product, values) && isQuantized(product))
  );
}

function isSecondFactor({ op_type = '', domain = '', input = [] }: NodeProto, name: string): boolean {
  return domain === '' && PRODUCTS.has(op_type) && input.indexOf(name) === 1 && input.lastIndexOf(name) === 1;
}

function readersOf({ node = [] }: GraphProto, name: string): NodeProto[] {
  return node.filter(({ input }) => input?.includes(name));
}
