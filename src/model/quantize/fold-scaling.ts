import { bytesOf, floatsOf } from '../onnx/nodes.js';
import type { GraphProto, NodeProto, TensorProto } from '../onnx/proto.js';
import { attribute } from './plan.js';

export interface Folded {
  readonly graph: GraphProto;
  /**
   * Tensor of pixel values from 0 to 255 that the first convolution now reads; undefined if nothing could be
   * folded.
   */
  readonly pixels: string | undefined;
}

/**
 * Moves the front's (pixel − mean) / deviation into the first convolution: Σ w·(p − m)/d = Σ (w/d)·p − Σ
 * w·m/d. The pixels themselves then are the 8-bit activation, exact at scale 1, and two passes over floats
 * are saved, which take a quarter of the time of a quantised AlexNet. It is exact only without padding, whose
 * zeros would mean black instead of the mean.
 */
export function foldScaling(graph: GraphProto): Folded {
  const nodes = graph.node ?? [];
  const convolution = nodes.find(({ op_type }) => op_type === 'Conv');
  const divide = producerOf(convolution?.input?.[0], 'Div', nodes);
  const subtract = producerOf(divide?.input?.[0], 'Sub', nodes);
  if (!convolution || !divide || !subtract || !isUnpadded(convolution)) return { graph, pixels: undefined };
  const constant = (node: NodeProto, index: number) => constantOf(graph, node.input?.[index]);
  const [weight, bias] = [constant(convolution, 1), constant(convolution, 2)];
  const [mean, deviation] = [channelValues(constant(subtract, 1)), channelValues(constant(divide, 1))];
  if (!weight || !bias || !mean || !deviation) return { graph, pixels: undefined };
  const replaced = new Map([
    [weight, scaledWeight(weight, deviation)],
    [bias, shiftedBias(bias, weight, mean, deviation)],
  ]);
  const pixels = subtract.input?.[0] ?? '';
  return {
    pixels,
    graph: {
      ...graph,
      node: nodes
        .filter((node) => node !== subtract && node !== divide)
        .map((node) => (node === convolution ? readingFrom(node, pixels) : node)),
      initializer: (graph.initializer ?? []).map((tensor) => replaced.get(tensor) ?? tensor),
    },
  };
}

/** The node of this kind that makes a tensor, if the tensor has only one reader. */
function producerOf(
  name: string | undefined,
  type: string,
  nodes: readonly NodeProto[],
): NodeProto | undefined {
  const readers = nodes.filter(({ input }) => input?.includes(name ?? ''));
  const producer = nodes.find(({ output }) => output?.includes(name ?? ''));
  return readers.length === 1 && producer?.op_type === type ? producer : undefined;
}

function isUnpadded(convolution: NodeProto): boolean {
  const [pads, padding, groups] = ['pads', 'auto_pad', 'group'].map((name) => attribute(convolution, name));
  return !(pads?.ints ?? []).some((side) => side !== 0) && padding === undefined && (groups?.i ?? 1) === 1;
}

function constantOf(graph: GraphProto, name: string | undefined): TensorProto | undefined {
  const tensor = graph.initializer?.find((each) => each.name === name);
  const isUsedOnce = graph.node?.filter(({ input }) => input?.includes(name ?? '')).length === 1;
  return isUsedOnce && tensor?.raw_data !== undefined ? tensor : undefined;
}

/** One value per channel, in the shape that broadcasts over N×C×H×W. */
function channelValues(tensor: TensorProto | undefined): Float32Array | undefined {
  const [batch, channels, height, width] = tensor?.dims ?? [];
  const isPerChannel = batch === 1 && channels === 3 && height === 1 && width === 1;
  return isPerChannel && tensor?.raw_data ? floatsOf(tensor.raw_data) : undefined;
}

/** Divides weights, out × channel × height × width, by the deviation. */
function scaledWeight(weight: TensorProto, deviation: Float32Array): TensorProto {
  const channelOf = channelsOf(weight, deviation.length);
  const values = floatsOf(weight.raw_data ?? new Uint8Array()).map(
    (value, index) => value / (deviation[channelOf(index)] ?? 1),
  );
  return { ...weight, raw_data: bytesOf(values) };
}

function shiftedBias(
  bias: TensorProto,
  weight: TensorProto,
  mean: Float32Array,
  deviation: Float32Array,
): TensorProto {
  const channelOf = channelsOf(weight, mean.length);
  const values = Float64Array.from(floatsOf(bias.raw_data ?? new Uint8Array()));
  const weights = floatsOf(weight.raw_data ?? new Uint8Array());
  const perOutput = weights.length / values.length;
  for (const [index, value] of weights.entries()) {
    const channel = channelOf(index);
    const output = Math.floor(index / perOutput);
    values[output] = (values[output] ?? 0) - (value * (mean[channel] ?? 0)) / (deviation[channel] ?? 1);
  }
  return { ...bias, raw_data: bytesOf(Float32Array.from(values)) };
}

function channelsOf({ dims = [] }: TensorProto, channels: number): (index: number) => number {
  const places = dims.slice(2).reduce((product, side) => product * side, 1);
  return (index) => Math.floor(index / places) % channels;
}

function readingFrom(node: NodeProto, pixels: string): NodeProto {
  return { ...node, input: [pixels, ...(node.input ?? []).slice(1)] };
}
