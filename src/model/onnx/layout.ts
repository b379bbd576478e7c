import { sizeOf, type Parameter, type NetworkShape, type ShapedLayer } from '../networks/network.js';

/**
 * The axes of a trained tensor, in two layouts. Ours (and TensorFlow's): convolution kernels height × width ×
 * in × out, dense weights in × out with inputs flattened height, width, channel. ONNX's (and PyTorch's): out
 * × in × height × width, and out × in with inputs flattened channel, height, width. As places × in × out
 * (places: height·width of the kernel, or of the map that a dense layer flattens), both conversions reverse
 * the three axes.
 */
interface Axes {
  readonly places: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** Shape of a parameter in the ONNX file. */
export function onnxShape({ layer }: ShapedLayer, { shape }: Parameter): number[] {
  if (shape.length === 1) return [...shape];
  const [height = 0, width = 0, inputs = 0, outputs = 0] = shape;
  return layer.kind === 'convolution' ? [outputs, inputs, height, width] : [width, height];
}

/** Values of a parameter in ONNX's order; the same array if the order does not differ. */
export function toOnnxLayout(shaped: ShapedLayer, parameter: Parameter, values: Float32Array): Float32Array {
  if (parameter.shape.length === 1) return values;
  const { places, inputs, outputs } = axesOf(shaped, parameter.shape);
  return reverseAxes(values, places, inputs, outputs);
}

/** The inverse of `toOnnxLayout`, always a new array. */
export function fromOnnxLayout(
  shaped: ShapedLayer,
  parameter: Parameter,
  values: Float32Array,
): Float32Array {
  if (parameter.shape.length === 1) return values.slice();
  const { places, inputs, outputs } = axesOf(shaped, parameter.shape);
  return reverseAxes(values, outputs, inputs, places);
}

function axesOf({ layer, input }: ShapedLayer, shape: NetworkShape): Axes {
  const outputs = shape.at(-1) ?? 0;
  const channels = (layer.kind === 'convolution' ? shape.at(-2) : input.at(-1)) ?? 0;
  const places = sizeOf(shape) / (channels * outputs);
  // A plain matrix is transposed faster with its long sides outermost.
  return places === 1 ? { places: channels, inputs: 1, outputs } : { places, inputs: channels, outputs };
}

/**
 * Columns of the result written at a time: this number of cache lines stays in use while their rows fill up.
 */
const BLOCK = 16;

/**
 * Reverses the axes, [first, middle, last] → [last, middle, first], in blocks: AlexNet's fc6 has 151 MB and
 * exceeds any cache.
 */
export function reverseAxes(
  values: Float32Array,
  first: number,
  middle: number,
  last: number,
): Float32Array<ArrayBuffer> {
  const result = new Float32Array(values.length);
  for (let from = 0; from < last; from += BLOCK) {
    const to = Math.min(from + BLOCK, last);
    for (let m = 0; m < middle; m++) {
      for (let f = 0; f < first; f++) {
        const row = (f * middle + m) * last;
        for (let l = from; l < to; l++) result[(l * middle + m) * first + f] = values[row + l] ?? 0;
      }
    }
  }
  return result;
}
