import { constantTensor, GraphBuilder } from '../onnx/nodes.js';
import { encodeModel, type GraphProto, type ModelProto, type NodeProto } from '../onnx/proto.js';
import type { ValueRange } from './histogram.js';
import { planQuantization, type WeightedNode } from './plan.js';
import { activationScale, quantizeWeights, type ActivationScale } from './tensors.js';

export interface QuantizeOptions {
  /** Ranges of the activations that `planQuantization` names. */
  readonly ranges: ReadonlyMap<string, ValueRange>;
  /**
   * Steps of the weights on either side of zero: 127, or 63 for processors that add two products in 16 bits.
   */
  readonly weightSteps: number;
}

/**
 * Converts a float model to an int8 one in the QDQ form (QuantizeLinear and DequantizeLinear pairs around
 * float operators), which any ONNX program computes in the same way and ONNX Runtime fuses to integer
 * kernels: uint8 activations, int8 weights with a scale per output channel, int32 biases.
 */
export function quantizeGraph(
  model: ModelProto & { graph: GraphProto },
  { ranges, weightSteps }: QuantizeOptions,
): Uint8Array {
  const { graph } = model;
  const plan = planQuantization(graph);
  const scales = new Map([...ranges].map(([name, range]) => [name, activationScale(range)]));
  const builder = new GraphBuilder();
  const renamed = new Map<string, string>();
  const weightedNodes = new Map(plan.weighted.map((each) => [each.node, each]));
  const scaleOf = (name: string): ActivationScale | undefined => scales.get(plan.rangeOf.get(name) ?? '');
  for (const node of graph.node ?? []) {
    const weighted = weightedNodes.get(node);
    const scale = weighted && scaleOf(weighted.input);
    const input = (node.input ?? []).map((name) => renamed.get(name) ?? name);
    if (weighted && scale) addWeighted(builder, weighted, input, scale.scale, weightSteps);
    else builder.nodes.push({ ...node, input });
    for (const output of node.output ?? []) {
      const own = scaleOf(output);
      if (own !== undefined) renamed.set(output, addPair(builder, output, own));
    }
  }
  const used = new Set(builder.nodes.flatMap(({ input }) => input ?? []));
  const initializer = (graph.initializer ?? []).filter(({ name }) => used.has(name ?? ''));
  return encodeModel(
    { ...model, graph: { ...graph, node: builder.nodes, initializer, value_info: [] } },
    builder.constants.map(constantTensor),
  );
}

/**
 * Adds QuantizeLinear and DequantizeLinear after an activation.
 * @returns the name that its readers read instead
 */
function addPair(builder: GraphBuilder, name: string, { scale, zeroPoint }: ActivationScale): string {
  const parameters = [
    builder.constant(`${name}.scale`, [], Float32Array.of(scale)),
    builder.constant(`${name}.zero`, [], Uint8Array.of(zeroPoint)),
  ];
  const stored = builder.node('QuantizeLinear', `${name}.quantized`, [name, ...parameters]);
  return builder.node('DequantizeLinear', `${name}.dequantized`, [stored, ...parameters]);
}

function addWeighted(
  builder: GraphBuilder,
  weighted: WeightedNode,
  [input = '', weightName = '', biasName = '']: readonly string[],
  inputScale: number,
  steps: number,
): void {
  const { node, weight, axis } = weighted;
  const quantized = quantizeWeights(weighted, inputScale, steps);
  const { scales, bias, biasScales } = quantized;
  // Otherwise a weight that two nodes share would be named twice.
  const own = `${node.output?.[0] ?? ''}/`;
  const names = [
    input,
    addStored(builder, own + weightName, weight.dims ?? [], quantized.weights, scales, axis),
  ];
  if (bias) names.push(addStored(builder, own + biasName, [bias.length], bias, biasScales, 0));
  builder.nodes.push({ ...node, input: names } satisfies NodeProto);
}

/** Adds a stored constant and the DequantizeLinear that reads it. */
function addStored(
  builder: GraphBuilder,
  name: string,
  dims: readonly number[],
  values: Int8Array | Int32Array,
  scales: Float32Array,
  axis: number,
): string {
  const zeros = values instanceof Int8Array ? new Int8Array(scales.length) : new Int32Array(scales.length);
  const input = [
    builder.constant(`${name}.quantized`, dims, values),
    builder.constant(`${name}.scale`, [scales.length], scales),
    builder.constant(`${name}.zero`, [scales.length], zeros),
  ];
  return builder.node('DequantizeLinear', `${name}.dequantized`, input, { axis });
}
