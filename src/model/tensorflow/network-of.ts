import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { messageOf } from '../../errors.js';
import { buildNetwork, type Architecture } from '../networks/architectures.js';
import type { Network } from '../networks/network.js';
import { buildGraph } from '../onnx/graph.js';
import { decodeModel, encodeModel, unloadable, type GraphProto, type ModelProto } from '../onnx/proto.js';

type DecodedModel = ModelProto & { readonly graph: GraphProto };

const classes = z.int().min(2).optional();
const headUnits = z.int().min(2).optional();
/** The property `options` that training writes. */
const architecture = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('lenet5'), options: z.strictObject({ classes, headUnits }) }),
  z.strictObject({
    name: z.literal('alexnet'),
    options: z.strictObject({
      classes,
      headUnits,
      groups: z.union([z.literal(1), z.literal(2)]).optional(),
      lrn: z.boolean().optional(),
    }),
  }),
]);

/**
 * The network that an ONNX file of ours holds: TensorFlow cannot run a graph of ONNX, only the description it was made
 * from. So that the two engines cannot disagree, the file's graph must be, node by node, the one that the description
 * is exported to: a foreign, quantised or changed graph is refused.
 * @throws SmearwatchError `model-unloadable`
 */
export function networkOf(model: DecodedModel, classCount: number, name: string): Network {
  const network = build(readArchitecture(model, name) ?? guessArchitecture(model, classCount, name), name);
  const found = essenceOf(model.graph);
  const expected = essenceOf(decodeModel(encodeModel({ graph: graphOf(network) })).graph);
  if (isDeepStrictEqual(found, expected)) return network;
  throw foreign(name, `its graph is not that of ${network.architecture}`);
}

function build(found: Architecture, name: string): Network {
  try {
    return buildNetwork(found);
  } catch (cause) {
    throw unloadable(`${name}: ${messageOf(cause)}`, { cause });
  }
}

function readArchitecture({ metadata_props = [] }: ModelProto, name: string): Architecture | undefined {
  const json = metadata_props.find(({ key }) => key === 'options')?.value;
  if (json === undefined) return undefined;
  try {
    return architecture.parse(JSON.parse(json)) as Architecture;
  } catch (cause) {
    throw unloadable(`${name}: its property "options" does not describe a network: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** A file without the property: its tensors' shapes and its nodes say the same. */
function guessArchitecture({ graph }: DecodedModel, classCount: number, name: string): Architecture {
  const shapeOf = (tensor: string): readonly number[] | undefined =>
    graph.initializer?.find((candidate) => candidate.name === tensor)?.dims;
  const alexnetHead = shapeOf('fc8.weight')?.[0];
  const lenetHead = shapeOf('fc5.weight')?.[0];
  const options = { classes: classCount };
  if (lenetHead !== undefined) return { name: 'lenet5', options: { ...options, headUnits: lenetHead } };
  if (alexnetHead === undefined) throw foreign(name, 'its tensors are those of neither AlexNet nor LeNet-5');
  return {
    name: 'alexnet',
    options: {
      ...options,
      headUnits: alexnetHead,
      // conv2 sees all of conv1's 96 channels, or half of them.
      groups: shapeOf('conv2.weight')?.[1] === 96 ? 1 : 2,
      lrn: graph.node?.some(({ op_type }) => op_type === 'LRN') === true,
    },
  };
}

function foreign(name: string, what: string) {
  return unloadable(`${name} cannot be run by TensorFlow: ${what}`, {
    hint: 'Configure the engine onnxruntime for it: tfjs-node runs only fp32 models that Smearwatch trained.',
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

/** What a graph computes, without its trained values: nodes, and every small tensor by name. */
function essenceOf({ node = [], initializer = [] }: GraphProto): unknown {
  const constants = initializer.filter(({ name = '' }) => !/\.(weight|bias)$/.test(name));
  return {
    nodes: node,
    constants: constants.map(({ name, raw_data = [] }) => [name, Buffer.from(raw_data).toString('hex')]),
  };
}
