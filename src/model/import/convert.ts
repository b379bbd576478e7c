import { IMAGE_CHANNELS, IMAGE_SIDE } from '../../images.js';
import { INPUT_NAME, OUTPUT_NAME } from '../onnx/names.js';
import { constantTensor, GraphBuilder, tensorInfo } from '../onnx/nodes.js';
import { DATA_TYPE, decodeModel, encodeModel, type GraphProto, type NodeProto } from '../onnx/proto.js';
import { messageOf } from '../../errors.js';
import { checkGraph, countOperators } from './check-graph.js';
import { fixedBatch, outputMisfit, unreadable } from './failures.js';
import { freeBatch } from './free-batch.js';
import { addFront } from './front.js';
import { checkSignature, type Signature } from './signature.js';
import type { ForeignOnnx, ImportStatement } from './statement.js';

const MIN_IR_VERSION = 4;

export interface Converted {
  readonly bytes: Uint8Array;
  readonly foreign: Omit<ForeignOnnx, 'sha256' | 'bytes'>;
}

/**
 * Converts a foreign network to a model by the contract: it adds nodes that convert the pixels to the
 * network's input, and a softmax if the output is logits. The network's own names get a prefix, so that none
 * can clash with ours.
 * @throws SmearwatchError `import-unreadable`, `import-unsupported`, `import-input`, `import-output`
 */
export function convertForeign(file: Uint8Array, statement: ImportStatement): Converted {
  const model = decode(file);
  const opset = checkGraph(model);
  const signature = checkSignature(model.graph, statement);
  if (statement.outputIs === 'logits') checkLogits(model.graph, signature);
  const isFixed = signature.batch === 1;
  if (signature.batch !== undefined && !isFixed) throw fixedBatch(signature.batch);
  const graph = prefixed(isFixed ? freeBatch(model.graph) : model.graph);
  const builder = new GraphBuilder();
  const input = addFront(builder, statement, opset);
  const nodes = (graph.node ?? []).map((node) => renamedInputs(node, ours(signature.input), input));
  const after = addEnd(ours(signature.output), statement);
  const { ir_version = 0, producer_name = 'unknown', producer_version = '' } = model;
  const bytes = encodeModel(
    {
      // Before version 4, weights also had to be inputs, whose values a caller could replace.
      ir_version: Math.max(MIN_IR_VERSION, ir_version),
      opset_import: [{ domain: '', version: opset }],
      producer_name,
      producer_version,
      graph: {
        name: 'imported',
        node: [...builder.nodes, ...nodes, ...after],
        initializer: graph.initializer ?? [],
        input: [tensorInfo(INPUT_NAME, DATA_TYPE.uint8, ['N', IMAGE_SIDE, IMAGE_SIDE, IMAGE_CHANNELS])],
        output: [tensorInfo(OUTPUT_NAME, DATA_TYPE.float, ['N', statement.classes.length])],
      },
    },
    builder.constants.map(constantTensor),
  );
  const producer = `${producer_name} ${producer_version}`.trim().slice(0, 100);
  return {
    bytes,
    foreign: { producer, opset, operators: countOperators(model.graph), wasFixedToOneImage: isFixed },
  };
}

function decode(file: Uint8Array) {
  try {
    return decodeModel(file, 'The file');
  } catch (error) {
    throw unreadable(messageOf(error), error);
  }
}

/**
 * Rejects a network that already ends with a softmax. A second softmax would go unnoticed: its output
 * consists of probabilities too, but they are almost equal.
 */
function checkLogits({ node = [] }: GraphProto, { output }: Signature): void {
  const last = node.find((each) => each.output?.includes(output));
  if (last?.op_type !== 'Softmax') return;
  throw outputMisfit(`its output "${output}" already comes from a softmax`, 'Use --output-is probabilities.');
}

const PREFIX = 'net/';
const ours = (name: string): string => (name === '' ? '' : PREFIX + name);

function prefixed(graph: GraphProto): Pick<GraphProto, 'node' | 'initializer'> {
  return {
    node: (graph.node ?? []).map((node) => ({
      ...node,
      name: ours(node.name ?? ''),
      input: (node.input ?? []).map(ours),
      output: (node.output ?? []).map(ours),
    })),
    initializer: (graph.initializer ?? []).map((tensor) => ({ ...tensor, name: ours(tensor.name ?? '') })),
  };
}

function renamedInputs(node: NodeProto, from: string, to: string): NodeProto {
  return { ...node, input: (node.input ?? []).map((name) => (name === from ? to : name)) };
}

/** Flatten turns MATLAB's [N, classes, 1, 1] into [N, classes], and does not change [N, classes]. */
function addEnd(output: Signature['output'], { outputIs }: ImportStatement): NodeProto[] {
  const builder = new GraphBuilder();
  if (outputIs === 'probabilities') builder.node('Flatten', OUTPUT_NAME, [output], { axis: 1 });
  else
    builder.node('Softmax', OUTPUT_NAME, [builder.node('Flatten', 'logits', [output], { axis: 1 })], {
      axis: 1,
    });
  return builder.nodes;
}
