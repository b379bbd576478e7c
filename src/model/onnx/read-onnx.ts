import { shapeLayers, type Network, type Parameter, type ShapedLayer } from '../networks/network.js';
import { matchWeights } from '../networks/weights.js';
import { fromOnnxLayout, onnxShape } from './layout.js';
import { floatsOf } from './nodes.js';
import { DATA_TYPE, decodeModel, unloadable, type TensorProto } from './proto.js';

/**
 * Reads the weights of a network from an ONNX file that `exportOnnx` wrote, in the description's layout; it
 * is the exact inverse. Tensors that the network does not have (constants of the front) are ignored.
 * @param name the file, for the error
 * @throws SmearwatchError `model-unloadable` when the file is damaged, keeps weights elsewhere, or
 *   contains another network; `weights-invalid` when a weight is not a finite number.
 */
export function parseOnnxWeights(
  bytes: Uint8Array,
  network: Network,
  name = 'The ONNX model',
): Map<string, Float32Array> {
  const { graph } = decodeModel(bytes, name);
  const tensors = new Map(graph.initializer?.map((tensor) => [tensor.name, tensor]));
  const weights = new Map<string, Float32Array>();
  for (const shaped of shapeLayers(network)) {
    for (const parameter of shaped.parameters) {
      weights.set(parameter.name, valuesOf(tensors.get(parameter.name), shaped, parameter, name));
    }
  }
  matchWeights(network, weights);
  return weights;
}

function valuesOf(
  tensor: TensorProto | undefined,
  shaped: ShapedLayer,
  parameter: Parameter,
  name: string,
): Float32Array {
  const shape = onnxShape(shaped, parameter);
  if (tensor === undefined) throw unloadable(`${name} has no tensor ${parameter.name}`);
  const found = tensor.dims ?? [];
  if (found.join() !== shape.join()) {
    throw unloadable(`${name}: ${parameter.name} is ${found.join('×')}, not ${shape.join('×')}`);
  }
  const bytes = tensor.raw_data;
  const size = shape.reduce((product, side) => product * side, 4);
  if (tensor.data_type !== DATA_TYPE.float || bytes?.byteLength !== size) {
    throw unloadable(`${name}: ${parameter.name} is not stored as float32 bytes`, {
      hint: 'Weights can be read from the fp32 model only, not from a quantised one.',
    });
  }
  return fromOnnxLayout(shaped, parameter, floatsOf(bytes));
}
