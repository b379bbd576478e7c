import { heaviestRun, outputsOf, type GraphStage } from './convolution-run.js';
import { addNothing } from '../run-in-place.js';
import { GraphBuilder, tensorInfo } from '../../onnx/nodes.js';
import {
  DATA_TYPE,
  encodeModel,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type ValueInfoProto,
} from '../../onnx/proto.js';

/** An ONNX graph of which one input is used. */
export interface GraphPart {
  readonly bytes: Uint8Array;
  readonly inputName: string;
  readonly outputName: string;
}

/**
 * A model as a graph, stages, and another graph. Values between them are float32 [N, height, width,
 * channels].
 */
export interface DividedModel {
  /** The graph before the stages, made for `runInPlace`. */
  readonly before: GraphPart;
  readonly stages: readonly [GraphStage, ...GraphStage[]];
  readonly after: GraphPart;
}

/**
 * Takes the run of convolutions with the most weights out of a graph: one after the other, of the sizes that
 * native/winograd computes, each followed by a ReLU and perhaps a max pool.
 * @returns undefined if no run exists, or if another path bypasses it
 */
export function divideAtConvolutions(
  model: ModelProto & { graph: GraphProto },
  inputName: string,
): DividedModel | undefined {
  const { graph } = model;
  const run = heaviestRun(graph);
  if (run === undefined) return undefined;
  const { chain, stages } = run;
  const behind = readersBehind(graph, chain.end);
  const moving = readersBehind(graph, inputName);
  const ahead = [...moving].filter((node) => !chain.nodes.has(node) && !behind.has(node));
  if (!isOnlyWay(graph, ahead, behind)) return undefined;
  // Both parts may need values that are computed from constants alone.
  const constants = (graph.node ?? []).filter((node) => !moving.has(node));
  const [channels, outputs] = [stages[0].channels, outputsOf(stages)];
  return {
    stages,
    before: partOf(model, inputName, `${chain.start}.nhwc`, (builder) => {
      builder.nodes.push(...constants, ...ahead);
      builder.node('Transpose', `${chain.start}.nhwc`, [chain.start], { perm: [0, 2, 3, 1] });
      const output = tensorInfo(`${chain.start}.nhwc`, DATA_TYPE.float, ['N', 'rows', 'columns', channels]);
      return { input: graph.input ?? [], output: [addNothing(builder), output] };
    }),
    after: partOf(model, `${chain.end}.nhwc`, graph.output?.[0]?.name ?? '', (builder) => {
      builder.node('Transpose', chain.end, [`${chain.end}.nhwc`], { perm: [0, 3, 1, 2] });
      builder.nodes.push(...constants, ...behind);
      const input = [tensorInfo(`${chain.end}.nhwc`, DATA_TYPE.float, ['N', 'rows', 'columns', outputs])];
      return { input, output: graph.output ?? [] };
    }),
  };
}

/** All nodes that depend on a value, in the graph's order. */
function readersBehind(graph: GraphProto, value: string): Set<NodeProto> {
  const reached = new Set([value]);
  const behind = new Set<NodeProto>();
  for (const node of graph.node ?? []) {
    if (!node.input?.some((name) => reached.has(name))) continue;
    behind.add(node);
    for (const name of node.output ?? []) reached.add(name);
  }
  return behind;
}

/**
 * Whether every path from the nodes before a run, of which there must be one, to those behind it passes
 * through it.
 */
function isOnlyWay(graph: GraphProto, ahead: readonly NodeProto[], behind: ReadonlySet<NodeProto>): boolean {
  const made = new Set([
    ...ahead.flatMap(({ output = [] }) => output),
    ...(graph.input ?? []).map(({ name }) => name),
  ]);
  const results = new Set([...behind].flatMap(({ output = [] }) => output));
  const outputs = graph.output ?? [];
  return (
    ahead.length > 0 &&
    [...behind].every(({ input = [] }) => !input.some((name) => made.has(name))) &&
    outputs.length === 1 &&
    outputs.every(({ name = '' }) => results.has(name))
  );
}

interface Ends {
  readonly input: ValueInfoProto[];
  readonly output: ValueInfoProto[];
}

function partOf(
  model: ModelProto & { graph: GraphProto },
  inputName: string,
  outputName: string,
  build: (builder: GraphBuilder) => Ends,
): GraphPart {
  const builder = new GraphBuilder();
  const ends = build(builder);
  const used = new Set(builder.nodes.flatMap(({ input = [] }) => input));
  const initializer = (model.graph.initializer ?? []).filter(({ name = '' }) => used.has(name));
  const graph = { ...model.graph, ...ends, node: builder.nodes, initializer, value_info: [] };
  return { inputName, outputName, bytes: encodeModel({ ...model, graph }) };
}
