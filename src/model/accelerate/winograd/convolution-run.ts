import { attributesOf, Chain } from '../chain.js';
import type { GraphProto, NodeProto } from '../../onnx/proto.js';

/** Sizes of a convolution of stride 1. */
export interface ConvolutionShape {
  readonly kernel: 3 | 5;
  readonly padding: number;
  readonly groups: number;
  readonly channels: number;
  readonly outputs: number;
}

/** A convolution with its bias, followed by a ReLU. */
export interface Convolution extends ConvolutionShape {
  readonly kind: 'convolution';
  /** The filters: float32 [outputs, channels / groups, kernel, kernel]. */
  readonly filters: Float32Array;
  /** One bias for each output channel. */
  readonly bias: Float32Array;
}

export interface MaxPool {
  readonly kind: 'max-pool';
  readonly size: number;
  readonly stride: number;
}

export type GraphStage = Convolution | MaxPool;

/** Fewest channels: with fewer, products of small matrices take longer than a convolution. */
const LEAST_CHANNELS = 32;
/** Channels for which native/winograd has room. */
const MOST_CHANNELS = 4096;
/** Channels are processed four at a time. */
const LANES = 4;
const MOST_PADDING = 2;

/** Consecutive convolutions, and their nodes in the graph. */
export interface ConvolutionRun {
  readonly chain: Chain;
  readonly stages: readonly [Convolution, ...GraphStage[]];
}

/**
 * Finds the run with the most weights: convolutions of the sizes that native/winograd computes, each
 * followed by a ReLU and perhaps a max pool.
 */
export function heaviestRun(graph: GraphProto): ConvolutionRun | undefined {
  const runs: ConvolutionRun[] = [];
  for (const node of graph.node ?? []) {
    const isTaken = runs.some(({ chain }) => chain.nodes.has(node));
    const run = isTaken || node.op_type !== 'Conv' ? undefined : readRun(graph, node.input?.[0] ?? '');
    if (run) runs.push(run);
  }
  return runs.sort((one, other) => weightOf(other) - weightOf(one))[0];
}

function weightOf({ stages }: ConvolutionRun): number {
  return stages.reduce((sum, stage) => sum + (stage.kind === 'convolution' ? stage.filters.length : 0), 0);
}

/** Channels of a run's last stage. */
export function outputsOf(stages: ConvolutionRun['stages']): number {
  return stages.reduce(
    (channels, stage) => (stage.kind === 'convolution' ? stage.outputs : channels),
    stages[0].outputs,
  );
}

function readRun(graph: GraphProto, start: string): ConvolutionRun | undefined {
  const chain = new Chain(graph, start);
  const first = takeConvolution(graph, chain);
  if (first === undefined) return undefined;
  const stages: [Convolution, ...GraphStage[]] = [first];
  for (let stage: GraphStage | undefined = first; stage !== undefined;) {
    stage = takeMaxPool(chain) ?? takeConvolution(graph, chain);
    if (stage) stages.push(stage);
  }
  return { chain, stages };
}

/** Continues by two nodes, or by none. */
function takeConvolution(graph: GraphProto, chain: Chain): Convolution | undefined {
  const node = chain.peek('Conv');
  const convolution = node && readConvolution(chain, node);
  if (node === undefined || convolution === undefined) return undefined;
  const beyond = new Chain(graph, node.output?.[0] ?? '');
  const relu = beyond.peek('Relu');
  if (relu === undefined) return undefined;
  chain.add(node);
  chain.add(relu);
  return convolution;
}

function readConvolution(chain: Chain, node: NodeProto): Convolution | undefined {
  const [, filtersName, biasName = ''] = node.input ?? [];
  const filters = chain.floats(filtersName);
  const [outputs = 0, wide = 0, kernel, columns, ...others] = chain.shape(filtersName) ?? [];
  if (filters === undefined || (kernel !== 3 && kernel !== 5)) return undefined;
  const { group = '1', pads = '0,0,0,0', ...rest } = attributesOf(node);
  const groups = Number(group);
  const padding = Number(pads.split(',')[0]);
  const channels = wide * groups;
  const bias = biasName === '' ? new Float32Array(outputs) : chain.floats(biasName);
  const isSquare = columns === kernel && others.length === 0 && pads === Array(4).fill(padding).join();
  const isPlain = isSquare && padding <= MOST_PADDING && isDefault(rest, kernel);
  const isComplete = filters.length === outputs * wide * kernel ** 2 && bias?.length === outputs;
  if (!isPlain || !isComplete || !isWide(channels, groups) || !isWide(outputs, groups)) return undefined;
  return { kind: 'convolution', filters, bias, kernel, padding, groups, channels, outputs };
}

/** Whether the other attributes of a convolution have their default values. */
function isDefault(rest: Readonly<Record<string, string>>, kernel: number): boolean {
  const defaults: Readonly<Record<string, string>> = {
    kernel_shape: `${kernel},${kernel}`,
    strides: '1,1',
    dilations: '1,1',
    auto_pad: 'NOTSET',
  };
  return Object.entries(rest).every(([name, value]) => defaults[name] === value);
}

/** Whether native/winograd computes this number of channels, and faster than ONNX Runtime does. */
export function isWide(channels: number, groups: number): boolean {
  const wide = channels / groups;
  return wide % LANES === 0 && wide >= LEAST_CHANNELS && channels <= MOST_CHANNELS;
}

function takeMaxPool(chain: Chain): MaxPool | undefined {
  const node = chain.peek('MaxPool');
  if (node === undefined) return undefined;
  const { kernel_shape = '', strides = '1,1', ...rest } = attributesOf(node);
  const [size, stride] = [Number(kernel_shape.split(',')[0]), Number(strides.split(',')[0])];
  const isSquare = kernel_shape === `${size},${size}` && strides === `${stride},${stride}`;
  const defaults: Readonly<Record<string, string>> = {
    pads: '0,0,0,0',
    dilations: '1,1',
    ceil_mode: '0',
    storage_order: '0',
    auto_pad: 'NOTSET',
  };
  if (!isSquare || !Object.entries(rest).every(([name, value]) => defaults[name] === value)) return undefined;
  chain.add(node);
  return { kind: 'max-pool', size, stride };
}
