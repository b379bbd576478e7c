import { SmearwatchError } from '../../errors.js';
import { shapeLayers, sizeOf, type Network } from '../networks/network.js';
import { matchWeights, type Weights } from '../networks/weights.js';
import { buildGraph } from './graph.js';
import { onnxShape, toOnnxLayout } from './layout.js';
import { bytesOf, constantTensor } from './nodes.js';
import { DATA_TYPE, encodeModel, type LazyTensor } from './proto.js';

/** Metadata in the model file; the registry's manifest has more. */
export interface OnnxMetadata {
  /** Class names in the order of the probabilities. */
  readonly classes: readonly string[];
  /** Name and version of the program that wrote it. */
  readonly software: string;
  /** Further metadata properties. */
  readonly properties?: Readonly<Record<string, string>>;
}

/** Opset 17 with IR 8, which ONNX Runtime since 1.12 (2022), OpenCV and TensorRT can read, among others. */
export const OPSET = 17;
export const IR_VERSION = 8;

/**
 * Exports a network with its weights as the bytes of an ONNX file, by our contract: `image` uint8
 * [N,256,256,3] (RGB) → `probabilities` float32 [N, classes]. The same arguments always give the same bytes.
 * @throws SmearwatchError `weights-invalid`, or `network-invalid` when the class names do not fit.
 */
export function exportOnnx(network: Network, weights: Weights, metadata: OnnxMetadata): Uint8Array {
  if (metadata.classes.length !== network.classes) {
    throw new SmearwatchError(
      'network-invalid',
      `${network.architecture} has ${network.classes} classes and ${metadata.classes.length} class names`,
      { hint: 'Name every class once, in the order of the outputs.' },
    );
  }
  const { graph, constants } = buildGraph(network);
  const model = {
    ir_version: IR_VERSION,
    opset_import: [{ domain: '', version: OPSET }],
    producer_name: 'smearwatch',
    producer_version: metadata.software,
    graph,
    metadata_props: propertiesOf(network, metadata),
  };
  return encodeModel(model, [...constants.map(constantTensor), ...trainedTensors(network, weights)]);
}

function propertiesOf(network: Network, { classes, software, properties = {} }: OnnxMetadata) {
  const all = {
    ...properties,
    architecture: network.architecture,
    classes: JSON.stringify(classes),
    software,
  };
  return Object.entries(all).map(([key, value]) => ({ key, value }));
}

/** Trained tensors in the order of the layers; each is converted when its place in the file is reached. */
function trainedTensors(network: Network, weights: Weights): LazyTensor[] {
  const values = new Map(matchWeights(network, weights).map((match) => [match.parameter.name, match.values]));
  return shapeLayers(network).flatMap((shaped) =>
    shaped.parameters.map((parameter) => ({
      proto: { name: parameter.name, dims: onnxShape(shaped, parameter), data_type: DATA_TYPE.float },
      bytes: 4 * sizeOf(parameter.shape),
      write: () => bytesOf(toOnnxLayout(shaped, parameter, values.get(parameter.name) ?? new Float32Array())),
    })),
  );
}
