import type { LayersModel, SymbolicTensor, Tensor, Variable } from '@tensorflow/tfjs';
import { IMAGE_CHANNELS, IMAGE_SIDE } from '../../images.js';
import { shapeLayers, type Layer, type Network, type Parameter } from '../networks/network.js';
import { matchWeights, type Weights } from '../networks/weights.js';
import type { DropoutMask } from './layers/dropout-layer.js';
import { createLayers, type LayerMakers } from './layers.js';
import type { Tensorflow } from './load.js';

export interface BuiltModel {
  readonly network: Network;
  /** The model from pixels [N, 256, 256, 3], 0…255, to probabilities [N, classes]. */
  readonly model: LayersModel;
  /** The same layers without the softmax, to logits [N, head units], from which a loss is computed. */
  readonly logits: LayersModel;
  /** Trained parameters, in the description's order. */
  readonly parameters: readonly TrainedParameter[];
  dispose(): void;
}

export interface TrainedParameter extends Parameter {
  readonly variable: Variable;
}

export interface BuildOptions {
  /** Needed for training; without it the model drops no outputs. */
  readonly dropoutMask?: DropoutMask;
}

/**
 * Builds a tf.LayersModel from the description, with all weights 0; `setWeights` sets them. A head with more
 * outputs than classes is cut before the softmax, as in the exported ONNX graph.
 */
export function buildModel(tf: Tensorflow, network: Network, { dropoutMask }: BuildOptions = {}): BuiltModel {
  const makers = createLayers(tf);
  const input = tf.input({ shape: [IMAGE_SIDE, IMAGE_SIDE, IMAGE_CHANNELS], name: 'image' });
  const logits = stack(
    tf,
    makers,
    network,
    makers.front(network.front).apply(input) as SymbolicTensor,
    dropoutMask,
  );
  const counted =
    logits.shape[1] === network.classes
      ? logits
      : (makers.firstClasses(network.classes).apply(logits) as SymbolicTensor);
  const outputs = tf.layers.softmax({ name: 'softmax' }).apply(counted) as SymbolicTensor;
  const model = tf.model({ inputs: input, outputs, name: network.architecture });
  return {
    network,
    model,
    logits: tf.model({ inputs: input, outputs: logits, name: `${network.architecture}-logits` }),
    parameters: trainedParameters(tf, network, model),
    dispose: () => void model.dispose(),
  };
}

function stack(
  tf: Tensorflow,
  makers: LayerMakers,
  network: Network,
  input: SymbolicTensor,
  dropoutMask: DropoutMask | undefined,
): SymbolicTensor {
  let x = input;
  const put = (layer: { apply(x: SymbolicTensor): unknown }): void =>
    void (x = layer.apply(x) as SymbolicTensor);
  for (const layer of network.layers) {
    if (layer.kind === 'dense' && x.shape.length > 2) put(tf.layers.flatten({ name: 'flatten' }));
    put(layerOf(tf, makers, layer));
    if (layer.kind === 'dense' && layer.dropout > 0 && dropoutMask !== undefined) {
      put(makers.dropout(`${layer.name}-dropout`, layer.dropout, dropoutMask));
    }
  }
  return x;
}

function layerOf(tf: Tensorflow, makers: LayerMakers, layer: Layer) {
  switch (layer.kind) {
    case 'convolution':
      return makers.convolution(layer);
    case 'lrn':
      return makers.lrn(layer);
    case 'max-pool':
      return tf.layers.maxPooling2d({ name: layer.name, poolSize: layer.size, strides: layer.stride });
    case 'dense':
      return tf.layers.dense({
        name: layer.name,
        units: layer.units,
        // The softmax is a separate layer at the end.
        activation: layer.activation === 'relu' ? 'relu' : 'linear',
        kernelInitializer: 'zeros',
      });
  }
}

function trainedParameters(tf: Tensorflow, network: Network, model: LayersModel): TrainedParameter[] {
  return shapeLayers(network).flatMap(({ layer, parameters }) => {
    if (parameters.length === 0) return [];
    const { weights } = model.getLayer(layer.name);
    return parameters.map((parameter, index) => {
      const variable = weights[index]?.read();
      if (!(variable instanceof tf.Variable)) throw new RangeError(`${parameter.name} is not in the model`);
      return { ...parameter, variable };
    });
  });
}

/**
 * Sets the weights.
 * @throws SmearwatchError `weights-invalid`
 */
export function setWeights(tf: Tensorflow, { network, parameters }: BuiltModel, weights: Weights): void {
  const matched = matchWeights(network, weights);
  tf.tidy(() => {
    for (const [index, { parameter, values }] of matched.entries()) {
      parameters[index]?.variable.assign(tf.tensor(values, [...parameter.shape]));
    }
  });
}

/** Copies of the weights, in the description's order and layout. */
export function getWeights({ parameters }: BuiltModel): Map<string, Float32Array> {
  return new Map(parameters.map(({ name, variable }) => [name, variable.dataSync().slice() as Float32Array]));
}

/**
 * Applies a model to a batch and returns its logits; unlike `apply`, its type says that this is one tensor.
 */
export function applyModel(model: LayersModel, pixels: Tensor, isTraining: boolean): Tensor {
  return model.apply(pixels, { training: isTraining }) as Tensor;
}
