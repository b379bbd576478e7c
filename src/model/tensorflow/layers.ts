import type { layers, Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { ConvolutionLayer, Front, LrnLayer } from '../networks/network.js';
import { IMAGE_SIDE } from '../../images.js';
import type { Tensorflow } from './load.js';

/** Scaled keep flags of a dropout layer, `shape` values of 0 or 1/(1 − rate): whoever trains draws them, seeded. */
export type DropoutMask = (layer: string, shape: readonly number[], rate: number) => Float32Array;

export interface LayerMakers {
  front(front: Front): layers.Layer;
  convolution(layer: ConvolutionLayer): layers.Layer;
  lrn(layer: LrnLayer): layers.Layer;
  /** Nothing at inference. */
  dropout(name: string, rate: number, mask: DropoutMask): layers.Layer;
  /** The first `classes` of the head's outputs. */
  firstClasses(classes: number): layers.Layer;
}

type TensorShape = (number | null)[];

/** What tfjs-layers gives to `call`: one tensor, in a list or not. */
function single(inputs: Tensor | Tensor[]): Tensor {
  const tensor = Array.isArray(inputs) ? inputs[0] : inputs;
  if (tensor === undefined) throw new RangeError('a layer was called without an input');
  return tensor;
}

/**
 * The layers of a description that tfjs-layers lacks. Classes are made here and not at the top of the file because
 * their base class comes with the TensorFlow that was loaded.
 */
export function createLayers(tf: Tensorflow): LayerMakers {
  const Plain = plainLayer(tf);
  const Convolution = convolutionLayer(tf);
  return {
    front: (front) =>
      new Plain(
        'front',
        (x) => runFront(tf, front, x as Tensor4D),
        ([n]) => [n ?? null, front.side, front.side, 3],
      ),
    convolution: (layer) => new Convolution(layer),
    lrn: ({ name, size, alpha, beta, bias }) =>
      // TensorFlow's alpha is per value, the description's (and ONNX's) per window.
      new Plain(name, (x) =>
        tf.localResponseNormalization(x as Tensor4D, (size - 1) / 2, bias, alpha / size, beta),
      ),
    dropout: (name, rate, mask) =>
      new Plain(name, (x, isTraining) =>
        isTraining ? tf.mul(x, tf.tensor(mask(name, x.shape, rate), x.shape)) : x.clone(),
      ),
    firstClasses: (classes) =>
      new Plain(
        'classes',
        (x) => tf.slice(x, [0, 0], [-1, classes]),
        ([n]) => [n ?? null, classes],
      ),
  };
}

/** Pixels [N, 256, 256, 3] in 0…255 to the network's input [N, side, side, 3]. */
function runFront(tf: Tensorflow, { kind, side, mean, deviation }: Front, pixels: Tensor4D): Tensor {
  const block = IMAGE_SIDE / side;
  const resized =
    kind === 'resize'
      ? tf.image.resizeBilinear(pixels, [side, side], false, true) // corners not aligned, half-pixel centres
      : tf.avgPool(tf.cast(pixels, 'float32'), block, block, 'valid');
  return tf.div(tf.sub(resized, [...mean]), [...deviation]);
}

/** A layer without weights. */
function plainLayer(tf: Tensorflow) {
  return class Plain extends tf.layers.Layer {
    static readonly className = 'SmearwatchPlain';
    readonly #run: (x: Tensor, isTraining: boolean) => Tensor;
    readonly #outputShape: (input: TensorShape) => TensorShape;

    constructor(
      name: string,
      run: (x: Tensor, isTraining: boolean) => Tensor,
      outputShape: (input: TensorShape) => TensorShape = (input) => input,
    ) {
      super({ name });
      this.#run = run;
      this.#outputShape = outputShape;
    }

    override computeOutputShape(input: TensorShape): TensorShape {
      return this.#outputShape(input);
    }

    override call(inputs: Tensor | Tensor[], options: { training?: boolean }): Tensor {
      return tf.tidy(() => this.#run(single(inputs), options.training === true));
    }

    override getClassName(): string {
      return Plain.className;
    }
  };
}

/** Convolution with explicit padding and groups, then ReLU. Weights: kernel [k, k, inputs/groups, filters], bias [filters]. */
function convolutionLayer(tf: Tensorflow) {
  return class Convolution extends tf.layers.Layer {
    static readonly className = 'SmearwatchConvolution';
    readonly #layer: ConvolutionLayer;

    constructor(layer: ConvolutionLayer) {
      super({ name: layer.name });
      this.#layer = layer;
    }

    override build(input: TensorShape): void {
      const { kernel, filters, groups } = this.#layer;
      const zeros = tf.initializers.zeros();
      this.addWeight('weight', [kernel, kernel, (input[3] ?? 0) / groups, filters], 'float32', zeros);
      this.addWeight('bias', [filters], 'float32', zeros);
      this.built = true;
    }

    override computeOutputShape(input: TensorShape): TensorShape {
      const { kernel, filters, stride, padding } = this.#layer;
      const side = Math.floor(((input[1] ?? 0) + 2 * padding - kernel) / stride) + 1;
      return [input[0] ?? null, side, side, filters];
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      const [kernel, bias] = this.weights.map((weight) => weight.read());
      if (kernel === undefined || bias === undefined) throw new RangeError(`${this.name} was not built`);
      return tf.tidy(() => convolve(tf, this.#layer, single(inputs) as Tensor4D, kernel as Tensor4D, bias));
    }

    override getClassName(): string {
      return Convolution.className;
    }
  };
}

/** Group g of the filters sees group g of the input's channels: split, convolve, concatenate. */
function convolve(
  tf: Tensorflow,
  { kernel: size, stride, padding, groups }: ConvolutionLayer,
  x: Tensor4D,
  kernel: Tensor4D,
  bias: Tensor,
): Tensor {
  // tfjs-node takes no numbers as padding in gradients; 'same' is the same thing where it keeps the side.
  const isSame = stride === 1 && 2 * padding === size - 1;
  const padded =
    padding === 0 || isSame
      ? x
      : tf.pad(x, [
          [0, 0],
          [padding, padding],
          [padding, padding],
          [0, 0],
        ]);
  const pad = isSame ? 'same' : 'valid';
  if (groups === 1) return tf.relu(tf.add(tf.conv2d(padded, kernel, stride, pad), bias));
  const kernels = tf.split<Tensor4D>(kernel, groups, 3);
  const parts = tf
    .split<Tensor4D>(padded, groups, 3)
    .map((part, group) => tf.conv2d(part, kernels[group] ?? kernel, stride, pad));
  return tf.relu(tf.add(tf.concat(parts, 3), bias));
}
