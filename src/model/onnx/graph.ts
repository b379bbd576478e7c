import { IMAGE_CHANNELS, IMAGE_SIDE } from '../../images.js';
import { shapeLayers, type Front, type Layer, type Network, type ShapedLayer } from '../networks/network.js';
import { INPUT_NAME, OUTPUT_NAME } from './names.js';
import { GraphBuilder, tensorInfo, type Constant } from './nodes.js';
import { DATA_TYPE, type GraphProto } from './proto.js';

/**
 * Builds the nodes of a network, from the pixels to the probabilities, and their constants. Values are named
 * after their node.
 */
export function buildGraph(network: Network): { graph: GraphProto; constants: Constant[] } {
  const builder = new GraphBuilder();
  let value = addFront(builder, network.front);
  const layers = shapeLayers(network);
  for (const shaped of layers) value = addLayer(builder, shaped, network, value);
  return {
    constants: builder.constants,
    graph: {
      name: network.architecture,
      node: builder.nodes,
      input: [tensorInfo(INPUT_NAME, DATA_TYPE.uint8, ['N', IMAGE_SIDE, IMAGE_SIDE, IMAGE_CHANNELS])],
      output: [tensorInfo(OUTPUT_NAME, DATA_TYPE.float, ['N', network.classes])],
    },
  };
}

/**
 * uint8 [N,256,256,3] → float [N,3,side,side], scaled. The bytes are put into channel order before they
 * become floats, which moves a quarter of the memory; scaling follows when the image is already smaller.
 */
function addFront(builder: GraphBuilder, { kind, side, mean, deviation }: Front): string {
  const planes = builder.node('Transpose', 'front.planes', [INPUT_NAME], { perm: [0, 3, 1, 2] });
  const floats = builder.node('Cast', 'front.float', [planes], { to: DATA_TYPE.float });
  const small =
    kind === 'resize' ? addResize(builder, floats, side) : addMeanPool(builder, floats, IMAGE_SIDE / side);
  const perChannel = [1, IMAGE_CHANNELS, 1, 1];
  const centred = builder.node('Sub', 'front.centred', [
    small,
    builder.constant('front.mean', perChannel, Float32Array.from(mean)),
  ]);
  return builder.node('Div', 'front.scaled', [
    centred,
    builder.constant('front.deviation', perChannel, Float32Array.from(deviation)),
  ]);
}

/**
 * Resizes by scales instead of sizes, because sizes would need to name the batch. ⌊256 · (side/256)⌋ must be
 * `side`.
 */
function addResize(builder: GraphBuilder, value: string, side: number): string {
  const scale = side / IMAGE_SIDE;
  const scales = builder.constant('front.scales', [4], Float32Array.of(1, 1, scale, scale));
  return builder.node('Resize', 'front.resized', [value, '', scales], {
    mode: 'linear',
    coordinate_transformation_mode: 'half_pixel',
  });
}

function addMeanPool(builder: GraphBuilder, value: string, size: number): string {
  return builder.node('AveragePool', 'front.pooled', [value], {
    kernel_shape: [size, size],
    strides: [size, size],
  });
}

function addLayer(builder: GraphBuilder, shaped: ShapedLayer, network: Network, value: string): string {
  const { layer } = shaped;
  switch (layer.kind) {
    case 'convolution':
      return addConvolution(builder, layer, value);
    case 'max-pool':
      return builder.node('MaxPool', layer.name, [value], {
        kernel_shape: [layer.size, layer.size],
        strides: [layer.stride, layer.stride],
      });
    case 'lrn':
      return builder.node('LRN', layer.name, [value], {
        size: layer.size,
        alpha: { float: layer.alpha },
        beta: { float: layer.beta },
        bias: { float: layer.bias },
      });
    case 'dense':
      return addDense(builder, shaped, layer, network.classes, value);
  }
}

function addConvolution(
  builder: GraphBuilder,
  { name, kernel, stride, padding, groups }: Extract<Layer, { kind: 'convolution' }>,
  value: string,
): string {
  const sums = builder.node('Conv', name, [value, `${name}.weight`, `${name}.bias`], {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
    group: groups,
  });
  return builder.node('Relu', `${name}.relu`, [sums]);
}

/**
 * Adds a dense layer. A head larger than the classes is cut before the softmax, so that the probabilities of
 * the classes sum to 1.
 */
function addDense(
  builder: GraphBuilder,
  { input }: ShapedLayer,
  { name, units, activation }: Extract<Layer, { kind: 'dense' }>,
  classes: number,
  value: string,
): string {
  const flat = input.length > 1 ? builder.node('Flatten', `${name}.flat`, [value], { axis: 1 }) : value;
  const sums = builder.node('Gemm', name, [flat, `${name}.weight`, `${name}.bias`], { transB: 1 });
  if (activation === 'relu') return builder.node('Relu', `${name}.relu`, [sums]);
  const logits = units > classes ? addSlice(builder, name, sums, classes) : sums;
  return builder.node('Softmax', OUTPUT_NAME, [logits], { axis: 1 });
}

function addSlice(builder: GraphBuilder, name: string, value: string, classes: number): string {
  const integer = (what: string, number: number) =>
    builder.constant(`${name}.${what}`, [1], BigInt64Array.of(BigInt(number)));
  return builder.node('Slice', `${name}.classes`, [
    value,
    integer('starts', 0),
    integer('ends', classes),
    integer('axes', 1),
  ]);
}
