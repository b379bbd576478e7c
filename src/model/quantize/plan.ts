import type { GraphProto, NodeProto, TensorProto } from '../onnx/proto.js';
import { DATA_TYPE } from '../onnx/proto.js';

/** A Conv or Gemm whose float32 weights are in the file. */
export interface WeightedNode {
  readonly node: NodeProto;
  /** The tensor that is multiplied with the weights. */
  readonly input: string;
  readonly weight: TensorProto;
  readonly bias: TensorProto | undefined;
  /** The weights' axis of output channels, each of which gets its own scale. */
  readonly axis: 0 | 1;
}

export interface QuantizationPlan {
  readonly weighted: readonly WeightedNode[];
  /**
   * Maps every activation that becomes 8 bits to the one whose range it has: outputs of MaxPool or Flatten
   * have the range of their input, and must have its scale too, or ONNX Runtime computes them on floats.
   */
  readonly rangeOf: ReadonlyMap<string, string>;
}

/**
 * Operators that return their input's values, selected or in another shape, and have 8-bit kernels in ONNX
 * Runtime.
 */
const KEEP_RANGE = new Set(['MaxPool', 'Flatten', 'Reshape', 'Identity', 'Squeeze', 'Unsqueeze']);

/**
 * Chooses which nodes and activations of a float graph become 8 bits, as onnxruntime.quantization does: the
 * inputs of every Conv and Gemm with constant weights, and the output of a Conv after its ReLU. Nodes before
 * the first of them (the contract's front) and after the last (the softmax) stay float.
 */
export function planQuantization(graph: GraphProto): QuantizationPlan {
  const nodes = graph.node ?? [];
  const producers = new Map(
    nodes.flatMap((node) => (node.output ?? []).map((name) => [name, node] as const)),
  );
  const weighted = nodes.flatMap((node) => asWeighted(node, constantsOf(graph)) ?? []);
  const rangeOf = new Map<string, string>();
  const add = (name: string): void => {
    const chain = [name];
    for (let source = keptFrom(name, producers); source !== undefined; source = keptFrom(source, producers))
      chain.push(source);
    const root = chain.at(-1) ?? name;
    if (producers.has(root)) for (const each of chain) rangeOf.set(each, root);
  };
  for (const { node, input } of weighted) {
    add(input);
    if (node.op_type === 'Conv') add(activationOf(node, nodes));
  }
  return { weighted: weighted.filter(({ input }) => rangeOf.has(input)), rangeOf };
}

/**
 * Constants of a graph. An initializer that is also an input is not constant: a caller may replace its value.
 */
function constantsOf({ initializer = [], input = [] }: GraphProto): Map<string, TensorProto> {
  const inputs = new Set(input.map(({ name }) => name));
  return new Map(
    initializer.filter(({ name }) => !inputs.has(name)).map((tensor) => [tensor.name ?? '', tensor]),
  );
}

function asWeighted(node: NodeProto, constants: ReadonlyMap<string, TensorProto>): WeightedNode | undefined {
  const [input = '', weightName = '', biasName = ''] = node.input ?? [];
  const weight = floatTensor(constants.get(weightName));
  const bias = floatTensor(constants.get(biasName));
  if (weight === undefined || (biasName !== '' && bias === undefined)) return undefined;
  if (node.op_type === 'Conv') return { node, input, weight, bias, axis: 0 };
  if (node.op_type !== 'Gemm' || !isPlain(node) || (bias !== undefined && bias.dims?.length !== 1))
    return undefined;
  return { node, input, weight, bias, axis: attribute(node, 'transB')?.i === 1 ? 0 : 1 };
}

/** Whether ONNX Runtime's quantised Gemm supports the node: without factors and transposed input. */
function isPlain(node: NodeProto): boolean {
  const factors = ['alpha', 'beta'].map((name) => attribute(node, name)?.f ?? 1);
  return factors.every((factor) => factor === 1) && (attribute(node, 'transA')?.i ?? 0) === 0;
}

function floatTensor(tensor: TensorProto | undefined): TensorProto | undefined {
  return tensor?.data_type === DATA_TYPE.float && tensor.raw_data !== undefined ? tensor : undefined;
}

function keptFrom(name: string, producers: ReadonlyMap<string, NodeProto>): string | undefined {
  const node = producers.get(name);
  if (!KEEP_RANGE.has(node?.op_type ?? '') || node?.output?.length !== 1) return undefined;
  return node.input?.[0];
}

/** A convolution's output, or that of its ReLU if no other node reads the convolution's. */
function activationOf(node: NodeProto, nodes: readonly NodeProto[]): string {
  const output = node.output?.[0] ?? '';
  const readers = nodes.filter(({ input }) => input?.includes(output));
  const [reader] = readers;
  return readers.length === 1 && reader?.op_type === 'Relu' ? (reader.output?.[0] ?? output) : output;
}

export function attribute(node: NodeProto, name: string) {
  return node.attribute?.find((each) => each.name === name);
}
