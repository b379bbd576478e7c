import { floatsOf } from '../onnx/nodes.js';
import type { ValueRange } from './histogram.js';
import type { WeightedNode } from './plan.js';

/** Scale and zero point of an activation: value = scale · (stored − zeroPoint). */
export interface ActivationScale {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Computes a uint8 scale with zero exactly on a step. */
export function activationScale({ min, max }: ValueRange): ActivationScale {
  const scale = Math.fround(Math.max(max - min, Number.EPSILON) / 255);
  return { scale, zeroPoint: Math.min(255, Math.max(0, Math.round(-min / scale))) };
}

export interface QuantizedWeights {
  readonly weights: Int8Array;
  /** Scales, one per output channel. */
  readonly scales: Float32Array;
  /** Biases in units of the input's scale times the channel's. */
  readonly bias: Int32Array | undefined;
  readonly biasScales: Float32Array;
}

/** Largest magnitude of a stored bias: sums of products are added to it in 32 bits. */
const MAX_BIAS = 2 ** 30;

/**
 * Quantises weights symmetrically, from −`steps` to `steps`, with one scale per output channel.
 * @param inputScale scale of the activation that they are multiplied with
 */
export function quantizeWeights(
  { weight, bias, axis }: WeightedNode,
  inputScale: number,
  steps: number,
): QuantizedWeights {
  const values = floatsOf(weight.raw_data ?? new Uint8Array());
  const channels = weight.dims?.[axis] ?? 1;
  const perChannel = values.length / channels;
  // With axis 0, a channel's weights are contiguous; with axis 1 of a matrix, they are a column.
  const [channelStride, stride] = axis === 0 ? [perChannel, 1] : [1, channels];
  const biases = bias && floatsOf(bias.raw_data ?? new Uint8Array());
  const result = new Int8Array(values.length);
  const scales = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const from = channel * channelStride;
    const largest = magnitude(values, from, stride, perChannel);
    const scale = scaleOf(largest / steps, biases?.[channel] ?? 0, inputScale);
    scales[channel] = scale;
    for (let i = 0, at = from; i < perChannel; i++, at += stride) {
      result[at] = Math.max(-steps, Math.min(steps, Math.round((values[at] ?? 0) / scale)));
    }
  }
  const biasScales = scales.map((scale) => scale * inputScale);
  const storedBias =
    biases && Int32Array.from(biases, (value, i) => Math.round(value / (biasScales[i] ?? 1)));
  return { weights: result, scales, bias: storedBias, biasScales };
}

function magnitude(values: Float32Array, from: number, stride: number, count: number): number {
  let largest = 0;
  for (let i = 0, at = from; i < count; i++, at += stride) {
    const value = Math.abs(values[at] ?? 0);
    if (value > largest) largest = value;
  }
  return largest;
}

/**
 * A channel's scale. It is never zero, and for tiny weights large enough that the bias still fits into 32
 * bits.
 */
function scaleOf(wanted: number, bias: number, inputScale: number): number {
  return Math.fround(Math.max(wanted, Math.abs(bias) / (inputScale * MAX_BIAS), 1e-12));
}
