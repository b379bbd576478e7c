/**
 * A network as data, from which both engines are built (a tf.LayersModel for training, an ONNX graph for
 * serving), so that their layers are the same. Shapes are height × width × channels, without the batch.
 */

/**
 * Conversion of pixels (uint8 256×256×3, the contract) to the network's own input, as the first nodes of its
 * graph.
 */
export interface Front {
  /** `resize`: bilinear, half-pixel centres, no antialiasing. `mean-pool`: means of square blocks. */
  readonly kind: 'resize' | 'mean-pool';
  /** Rows and columns of the network's input. */
  readonly side: number;
  /** Means per RGB channel, in pixel values from 0 to 255: input = (pixel − mean) / deviation. */
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
}

export interface ConvolutionLayer {
  readonly kind: 'convolution';
  readonly name: string;
  readonly filters: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  /** Number of groups: output block g reads input block g only (Krizhevsky 2012's two GPUs). */
  readonly groups: number;
}

export interface MaxPoolLayer {
  readonly kind: 'max-pool';
  readonly name: string;
  readonly size: number;
  readonly stride: number;
}

/**
 * Local response normalisation: b = a / (bias + alpha/size · Σ a²)^beta over `size` neighbouring channels
 * (Krizhevsky 2012, section 3.3; ONNX LRN).
 */
export interface LrnLayer {
  readonly kind: 'lrn';
  readonly name: string;
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly bias: number;
}

export interface DenseLayer {
  readonly kind: 'dense';
  readonly name: string;
  readonly units: number;
  readonly activation: 'relu' | 'softmax';
  /** Share of this layer's outputs that are dropped in training. */
  readonly dropout: number;
}

/**
 * A layer of a network. Convolutions are followed by ReLU; the first dense layer flattens its input (height,
 * width, channel order).
 */
export type Layer = ConvolutionLayer | MaxPoolLayer | LrnLayer | DenseLayer;

export interface Network {
  readonly architecture: string;
  readonly front: Front;
  readonly layers: readonly Layer[];
  /**
   * Number of classes. The last layer may have more outputs (the paper's head of 1,000), of which the first
   * are used.
   */
  readonly classes: number;
}

export type NetworkShape = readonly number[];

/**
 * One trained tensor. Kernels are height × width × inputs-per-group × outputs; dense weights inputs ×
 * outputs.
 */
export interface Parameter {
  readonly name: string;
  readonly shape: NetworkShape;
}

export interface ShapedLayer {
  readonly layer: Layer;
  readonly input: NetworkShape;
  readonly output: NetworkShape;
  readonly parameters: readonly Parameter[];
}

/**
 * Every layer with its input and output shape and its parameters, in order.
 * @throws RangeError when a layer does not fit its input (channels not divisible by groups, window larger
 *   than input).
 */
export function shapeLayers(network: Network): ShapedLayer[] {
  const shaped: ShapedLayer[] = [];
  let input: NetworkShape = [network.front.side, network.front.side, 3];
  for (const layer of network.layers) {
    const next = { layer, input, output: outputOf(layer, input), parameters: parametersOf(layer, input) };
    shaped.push(next);
    input = next.output;
  }
  return shaped;
}

/** Number of trained values: weights and biases of all layers. */
export function countParameters(network: Network): number {
  return shapeLayers(network)
    .flatMap(({ parameters }) => parameters)
    .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/**
 * Number of multiply-adds of one image in the convolutions and fully connected layers; all other steps add a
 * few per cent.
 */
export function countMultiplyAdds(network: Network): number {
  return shapeLayers(network).reduce((sum, { layer, output, parameters }) => {
    const [weight] = parameters;
    if (weight === undefined) return sum;
    const positions = layer.kind === 'dense' ? 1 : sizeOf(output.slice(0, -1));
    return sum + positions * sizeOf(weight.shape);
  }, 0);
}

export function sizeOf(shape: NetworkShape): number {
  return shape.reduce((product, side) => product * side, 1);
}

function outputOf(layer: Layer, input: NetworkShape): NetworkShape {
  switch (layer.kind) {
    case 'convolution':
      return windowed(layer.name, input, layer.kernel, layer.stride, layer.padding, layer.filters);
    case 'max-pool':
      return windowed(layer.name, input, layer.size, layer.stride, 0, channelsOf(input));
    case 'lrn':
      return input;
    case 'dense':
      return [layer.units];
  }
}

function parametersOf(layer: Layer, input: NetworkShape): Parameter[] {
  if (layer.kind === 'dense') return weightAndBias(layer.name, [sizeOf(input), layer.units]);
  if (layer.kind !== 'convolution') return [];
  const { name, kernel, filters, groups } = layer;
  const channels = channelsOf(input);
  if (channels % groups !== 0 || filters % groups !== 0) {
    throw new RangeError(
      `${name}: ${channels} inputs and ${filters} filters do not divide into ${groups} groups`,
    );
  }
  return weightAndBias(name, [kernel, kernel, channels / groups, filters]);
}

function weightAndBias(layer: string, weight: NetworkShape): Parameter[] {
  return [
    { name: `${layer}.weight`, shape: weight },
    { name: `${layer}.bias`, shape: [weight.at(-1) ?? 0] },
  ];
}

/** Output size: ⌊(side + 2·padding − window) / stride⌋ + 1, on both sides. */
function windowed(
  name: string,
  input: NetworkShape,
  window: number,
  stride: number,
  padding: number,
  channels: number,
): NetworkShape {
  const side = Math.floor(((input[0] ?? 0) + 2 * padding - window) / stride) + 1;
  if (input.length !== 3 || side < 1) {
    throw new RangeError(`${name}: a ${window}×${window} window does not fit an input of ${input.join('×')}`);
  }
  return [side, side, channels];
}

function channelsOf(shape: NetworkShape): number {
  return shape.at(-1) ?? 0;
}
