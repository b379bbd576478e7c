import { isDeepStrictEqual } from 'node:util';
import { messageOf, type SmearwatchError } from '../../errors.js';
import { buildNetwork, type Architecture } from '../networks/architectures.js';
import type { Network } from '../networks/network.js';
import { buildGraph } from '../onnx/graph.js';
import { decodeModel, encodeModel, unloadable, type GraphProto } from '../onnx/proto.js';

/**
 * The network in an ONNX file of ours: TensorFlow cannot run an ONNX graph, only the description that the
 * graph was made from. The graph shows all options of that description, and must then be, node by node, the
 * one that the description is exported to. So the two engines cannot differ: a foreign, quantised or changed
 * graph is rejected.
 * @throws SmearwatchError `model-unloadable`
 */
export function networkOf(graph: GraphProto, classes: number, file: string): Network {
  const network = build(architectureOf(graph, classes, file), file);
  const expected = decodeModel(encodeModel({ graph: graphOf(network) })).graph;
  if (isDeepStrictEqual(withoutWeights(graph), withoutWeights(expected))) return network;
  throw foreign(file, `its graph is not the one that Smearwatch writes for ${network.architecture}`);
}

function architectureOf(graph: GraphProto, classes: number, file: string): Architecture {
  const shapeOf = (tensor: string): readonly number[] =>
    graph.initializer?.find(({ name }) => name === tensor)?.dims ?? [];
  const [lenetHead] = shapeOf('fc5.weight');
  if (lenetHead !== undefined) return { name: 'lenet5', options: { classes, headUnits: lenetHead } };
  const [alexnetHead] = shapeOf('fc8.weight');
  if (alexnetHead === undefined) throw foreign(file, 'its tensors are those of neither AlexNet nor LeNet-5');
  const [filters = 0] = shapeOf('conv1.weight');
  return {
    name: 'alexnet',
    options: {
      classes,
      headUnits: alexnetHead,
      groups: shapeOf('conv2.weight')[1] === filters ? 1 : 2,
      lrn: graph.node?.some(({ op_type }) => op_type === 'LRN') === true,
    },
  };
}

function build(architecture: Architecture, file: string): Network {
  try {
    return buildNetwork(architecture);
  } catch (cause) {
    throw unloadable(`${file}: ${messageOf(cause)}`, { cause });
  }
}

function foreign(file: string, what: string): SmearwatchError {
  return unloadable(`${file} cannot be run by TensorFlow: ${what}`, {
    hint: 'Configure the engine onnxruntime for it: tfjs-node runs the fp32 models that Smearwatch trained.',
  });
}

/** The graph of a description with its constants (the front's means, the head's cut), as in a file. */
function graphOf(network: Network): GraphProto {
  const { graph, constants } = buildGraph(network);
  const initializer = constants.map(({ name, values }) => ({
    name,
    raw_data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  }));
  return { ...graph, initializer };
}

function withoutWeights({ node, initializer = [] }: GraphProto): unknown {
  const constants = initializer.filter(({ name = '' }) => !/\.(weight|bias)$/.test(name));
  return { node, constants: constants.map(({ name, raw_data }) => ({ name, raw_data })) };
}
