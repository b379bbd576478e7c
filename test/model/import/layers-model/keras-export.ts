import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../../fixtures/folders.js';
import { randomNumbers } from '../../onnx/random-weights.js';

/** A `model.json` and its weight files, in memory. */
export interface SavedModel {
  readonly json: unknown;
  readonly shards: Record<string, Uint8Array>;
}

/** The parts of a Keras export that tests change. */
export interface KerasJson {
  format: string;
  readonly generatedBy: string;
  readonly convertedBy: string;
  readonly modelTopology: { readonly model_config: ModelJson; readonly [more: string]: unknown };
  readonly weightsManifest: WeightGroup[];
}

interface ModelJson {
  class_name: string;
  readonly config: {
    layers: LayerJson[];
    readonly input_layers: unknown[];
    readonly output_layers: unknown[];
  };
}

export interface LayerJson {
  class_name: string;
  name: string;
  readonly config: Record<string, unknown>;
  inbound_nodes: unknown[];
}

interface WeightGroup {
  paths: string[];
  readonly weights: WeightJson[];
}

interface WeightJson {
  name: string;
  shape: number[];
  dtype: string;
  quantization?: object;
  group?: string;
}

export interface KerasModel extends SavedModel {
  readonly json: KerasJson;
}

export interface KerasOptions {
  /** Sides of the input; null for any size. */
  readonly side?: number | null;
  readonly batch?: number | null;
  readonly classes?: number;
  readonly activation?: string;
}

/**
 * The output of tensorflowjs_converter 4.22 for a functional Keras 2.15 model: convolution, batch
 * normalisation, ReLU, depthwise convolution, dropout, global average, dense; the options in Keras's terms,
 * the weights in two files, cut anywhere.
 */
export function kerasExport(options: KerasOptions = {}): KerasModel {
  const { side = 64, batch = null, classes = 3, activation = 'softmax' } = options;
  const layers = [
    layer('InputLayer', 'input_1', {
      batch_input_shape: [batch, side, side, 3],
      sparse: false,
      ragged: false,
    }),
    layer('Conv2D', 'conv2d', {
      ...CONVOLUTION,
      filters: 4,
      kernel_size: [5, 5],
      groups: 1,
      use_bias: false,
    }),
    layer('BatchNormalization', 'batch_normalization', { axis: [3], momentum: 0.99, epsilon: 0.001 }),
    layer('ReLU', 're_lu', { max_value: 6, negative_slope: 0, threshold: 0 }),
    layer('DepthwiseConv2D', 'depthwise_conv2d', {
      ...CONVOLUTION,
      kernel_size: [3, 3],
      depth_multiplier: 1,
    }),
    layer('Dropout', 'dropout', { rate: 0.5, noise_shape: null, seed: 123456789 }),
    layer('GlobalAveragePooling2D', 'global_average_pooling2d', {
      data_format: 'channels_last',
      keepdims: false,
    }),
    layer('Dense', 'dense', { units: classes, activation, use_bias: true, kernel_initializer: GLOROT }),
  ];
  connect(layers);
  const config = {
    name: 'model',
    trainable: true,
    layers,
    input_layers: [['input_1', 0, 0]],
    output_layers: [['dense', 0, 0]],
  };
  const weights = [
    weight('conv2d/kernel', [5, 5, 3, 4]),
    ...['gamma', 'beta', 'moving_mean', 'moving_variance'].map((part) =>
      weight(`batch_normalization/${part}`, [4]),
    ),
    weight('depthwise_conv2d/depthwise_kernel', [3, 3, 4, 1]),
    weight('depthwise_conv2d/bias', [4]),
    weight('dense/kernel', [4, classes]),
    weight('dense/bias', [classes]),
  ];
  const values = Buffer.from(valuesOf(weights).buffer);
  return {
    json: {
      format: 'layers-model',
      generatedBy: 'keras v2.15.0',
      convertedBy: 'TensorFlow.js Converter v4.22.0',
      modelTopology: {
        keras_version: '2.15.0',
        backend: 'tensorflow',
        model_config: { class_name: 'Functional', config },
        training_config: { loss: 'categorical_crossentropy', optimizer_config: { class_name: 'Adam' } },
      },
      weightsManifest: [{ paths: ['group1-shard1of2.bin', 'group1-shard2of2.bin'], weights }],
    },
    shards: {
      'group1-shard1of2.bin': values.subarray(0, 1001),
      'group1-shard2of2.bin': values.subarray(1001),
    },
  };
}

const GLOROT = { class_name: 'GlorotUniform', config: { seed: null } };
const CONVOLUTION = {
  strides: [2, 2],
  padding: 'same',
  data_format: 'channels_last',
  dilation_rate: [1, 1],
  activation: 'linear',
  kernel_initializer: GLOROT,
};

export function layer(class_name: string, name: string, config: object): LayerJson {
  const base = { name, trainable: true, dtype: 'float32' };
  return { class_name, config: { ...base, ...config }, name, inbound_nodes: [] };
}

function weight(name: string, shape: number[]): WeightJson {
  return { name, shape, dtype: 'float32' };
}

/** Random values, positive if a square root is taken. */
function valuesOf(weights: readonly WeightJson[]): Float32Array<ArrayBuffer> {
  const random = randomNumbers(9);
  return Float32Array.from(
    weights.flatMap(({ name, shape }) => {
      const length = shape.reduce((a, b) => a * b, 1);
      return Array.from({ length }, () => (name.endsWith('variance') ? random() + 0.5 : 2 * random() - 1));
    }),
  );
}

/** Writes the model into a new folder. @returns the path of `model.json` */
export function write({ json, shards }: SavedModel, folder = join(temporaryFolder(), 'web')): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(shards)) writeFileSync(join(folder, name), bytes);
  const file = join(folder, 'model.json');
  writeFileSync(file, typeof json === 'string' ? json : JSON.stringify(json));
  return file;
}

/** A Keras export with a change. */
export function changed(change: (json: KerasJson, shards: SavedModel['shards']) => unknown): KerasModel {
  const model = kerasExport();
  change(model.json, model.shards);
  return model;
}

/** Layers of the functional model, to be changed in place. */
export function layersOf({ modelTopology }: KerasJson): LayerJson[] {
  return modelTopology.model_config.config.layers;
}

export function layerAt(json: KerasJson, index: number): LayerJson {
  return layersOf(json).at(index)!;
}

/** Connects each layer to the one before it. */
export function connect(layers: readonly LayerJson[]): void {
  layers.forEach((each, index) => {
    const before = layers[index - 1];
    if (before !== undefined) each.inbound_nodes = [[[before.name, 0, 0, {}]]];
  });
}
