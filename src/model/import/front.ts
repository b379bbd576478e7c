import { IMAGE_CHANNELS, IMAGE_SIDE } from '../../images.js';
import type { GraphBuilder } from '../onnx/nodes.js';
import { INPUT_NAME } from '../onnx/names.js';
import { DATA_TYPE } from '../onnx/proto.js';
import type { ImportStatement, Triple } from './statement.js';

/** First opset whose Resize has half-pixel centres. */
const RESIZE_OPSET = 11;

/**
 * Converts the contract's uint8 [N,256,256,3] (RGB) to the input that the network was trained on. The
 * arithmetic has the form of our own networks' fronts, (pixel − mean) / deviation per channel, which
 * quantisation can fold away.
 * @returns the name of the network's input
 */
export function addFront(builder: GraphBuilder, statement: ImportStatement, opset: number): string {
  const { inputSize, layout, channels, scale, mean, deviation } = statement;
  const planes = builder.node('Transpose', 'front.planes', [INPUT_NAME], { perm: [0, 3, 1, 2] });
  const floats = builder.node('Cast', 'front.float', [planes], { to: DATA_TYPE.float });
  const resized = inputSize === IMAGE_SIDE ? floats : addResize(builder, floats, inputSize, opset);
  const ordered = channels === 'rgb' ? resized : addSwap(builder, resized);
  const centred = builder.node('Sub', 'front.centred', [ordered, addTriple(builder, 'mean', mean, scale)]);
  const scaled = builder.node('Div', 'front.scaled', [
    centred,
    addTriple(builder, 'deviation', deviation, scale),
  ]);
  if (layout === 'nchw') return scaled;
  return builder.node('Transpose', 'front.interleaved', [scaled], { perm: [0, 2, 3, 1] });
}

/** Adds a constant per channel, converted to pixel values: (p/s − m)/d = (p − m·s)/(d·s). */
function addTriple(builder: GraphBuilder, what: string, values: Triple, scale: number): string {
  const scaled = Float32Array.from(values, (value) => value * scale);
  return builder.constant(`front.${what}`, [1, IMAGE_CHANNELS, 1, 1], scaled);
}

function addSwap(builder: GraphBuilder, value: string): string {
  const order = builder.constant('front.order', [IMAGE_CHANNELS], BigInt64Array.of(2n, 1n, 0n));
  return builder.node('Gather', 'front.bgr', [value, order], { axis: 1 });
}

/** Adds a Resize: bilinear, half-pixel centres, no antialiasing. */
function addResize(builder: GraphBuilder, value: string, side: number, opset: number): string {
  if (opset < RESIZE_OPSET) return addProducts(builder, value, side);
  const scale = side / IMAGE_SIDE;
  const scales = builder.constant('front.scales', [4], Float32Array.of(1, 1, scale, scale));
  // Opset 11 requires a region of interest, and ignores it here.
  const region = opset < 13 ? builder.constant('front.region', [0], new Float32Array()) : '';
  return builder.node('Resize', 'front.resized', [value, region, scales], {
    mode: 'linear',
    coordinate_transformation_mode: 'half_pixel',
  });
}

/**
 * Adds the same resize as two matrix products, A·x·Aᵀ on each plane, for MATLAB's older opsets: 3 ms an image
 * instead of 0.5.
 */
function addProducts(builder: GraphBuilder, value: string, side: number): string {
  const matrix = interpolation(side);
  const rows = builder.constant('front.rows', [side, IMAGE_SIDE], matrix);
  const transposed = matrix.map((_, i) => matrix[(i % side) * IMAGE_SIDE + Math.floor(i / side)] ?? 0);
  const columns = builder.constant('front.columns', [IMAGE_SIDE, side], transposed);
  const shorter = builder.node('MatMul', 'front.shorter', [rows, value]);
  return builder.node('MatMul', 'front.resized', [shorter, columns]);
}

/**
 * The matrix of side × 256: each row has the weights of the two pixels nearest to a target pixel's centre.
 */
function interpolation(side: number): Float32Array {
  const matrix = new Float32Array(side * IMAGE_SIDE);
  for (let target = 0; target < side; target++) {
    const centre = ((target + 0.5) * IMAGE_SIDE) / side - 0.5;
    const source = Math.min(Math.max(centre, 0), IMAGE_SIDE - 1);
    const low = Math.min(Math.floor(source), IMAGE_SIDE - 2);
    matrix[target * IMAGE_SIDE + low] = 1 - (source - low);
    matrix[target * IMAGE_SIDE + low + 1] = source - low;
  }
  return matrix;
}
