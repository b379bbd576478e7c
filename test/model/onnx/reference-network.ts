import {
  shapeLayers,
  type Front,
  type Network,
  type ShapedLayer,
} from '../../../src/model/networks/network.js';
import type { Weights } from '../../../src/model/networks/weights.js';

/**
 * A network computed with plain loops in float64 from its description and its weights in their own layout,
 * one image at a time: slow, and simple enough to be trusted. Values are [row][column][channel], flat.
 */
export function referenceProbabilities(network: Network, weights: Weights, pixels: Uint8Array): number[] {
  let values = runFront(network.front, pixels);
  for (const shaped of shapeLayers(network)) values = runLayer(shaped, weights, values, network.classes);
  return values;
}

/** A network's input, [row][column][channel], of one image. */
export function runFront({ kind, side, mean, deviation }: Front, pixels: Uint8Array): number[] {
  const result: number[] = [];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      for (let c = 0; c < 3; c++) {
        const value = kind === 'resize' ? bilinear(pixels, side, y, x, c) : blockMean(pixels, side, y, x, c);
        result.push((value - mean[c]!) / deviation[c]!);
      }
    }
  }
  return result;
}

const pixelAt = (pixels: Uint8Array, y: number, x: number, c: number) => pixels[(y * 256 + x) * 3 + c]!;

/** Bilinear with half-pixel centres: source = (target + ½) · 256/side − ½, clamped at the borders. */
function bilinear(pixels: Uint8Array, side: number, y: number, x: number, c: number): number {
  const place = (target: number) => {
    const source = Math.min(Math.max(((target + 0.5) * 256) / side - 0.5, 0), 255);
    const low = Math.floor(source);
    return { low, high: Math.min(low + 1, 255), share: source - low };
  };
  const v = place(y);
  const h = place(x);
  const row = (at: number) =>
    pixelAt(pixels, at, h.low, c) * (1 - h.share) + pixelAt(pixels, at, h.high, c) * h.share;
  return row(v.low) * (1 - v.share) + row(v.high) * v.share;
}

function blockMean(pixels: Uint8Array, side: number, y: number, x: number, c: number): number {
  const size = 256 / side;
  let sum = 0;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) sum += pixelAt(pixels, y * size + i, x * size + j, c);
  }
  return sum / (size * size);
}

function runLayer(shaped: ShapedLayer, weights: Weights, values: number[], classes: number): number[] {
  const { layer, input, output } = shaped;
  const weight = weights.get(`${layer.name}.weight`) ?? new Float32Array();
  const bias = weights.get(`${layer.name}.bias`) ?? new Float32Array();
  const [height = 1, width = 1, channels = 1] = input;
  const at = (y: number, x: number, c: number) =>
    y < 0 || x < 0 || y >= height || x >= width ? 0 : values[(y * width + x) * channels + c]!;
  const map = (cell: (y: number, x: number, c: number) => number): number[] => {
    const [rows = 1, columns = 1, depth = 1] = output;
    return Array.from({ length: rows * columns * depth }, (_, i) =>
      cell(Math.floor(i / (columns * depth)), Math.floor(i / depth) % columns, i % depth),
    );
  };
  switch (layer.kind) {
    case 'convolution': {
      const { kernel, stride, padding, groups, filters } = layer;
      const inputs = channels / groups;
      return map((y, x, filter) => {
        const from = Math.floor(filter / (filters / groups)) * inputs;
        let sum = bias[filter]!;
        for (let i = 0; i < kernel; i++) {
          for (let j = 0; j < kernel; j++) {
            for (let c = 0; c < inputs; c++) {
              const w = weight[((i * kernel + j) * inputs + c) * filters + filter]!;
              sum += w * at(y * stride + i - padding, x * stride + j - padding, from + c);
            }
          }
        }
        return Math.max(sum, 0);
      });
    }
    case 'max-pool':
      return map((y, x, c) => {
        let largest = -Infinity;
        for (let i = 0; i < layer.size; i++) {
          for (let j = 0; j < layer.size; j++) {
            largest = Math.max(largest, at(y * layer.stride + i, x * layer.stride + j, c));
          }
        }
        return largest;
      });
    case 'lrn':
      return map((y, x, c) => {
        let squares = 0;
        const reach = (layer.size - 1) / 2;
        for (let k = Math.max(0, c - reach); k <= Math.min(channels - 1, c + reach); k++) {
          squares += at(y, x, k) ** 2;
        }
        return at(y, x, c) / (layer.bias + (layer.alpha / layer.size) * squares) ** layer.beta;
      });
    case 'dense': {
      const sums = Array.from(
        { length: layer.units },
        (_, unit) => bias[unit]! + values.reduce((sum, v, i) => sum + v * weight[i * layer.units + unit]!, 0),
      );
      return layer.activation === 'relu'
        ? sums.map((sum) => Math.max(sum, 0))
        : softmax(sums.slice(0, classes));
    }
  }
}

function softmax(logits: number[]): number[] {
  const largest = Math.max(...logits);
  const exponents = logits.map((logit) => Math.exp(logit - largest));
  const sum = exponents.reduce((a, b) => a + b, 0);
  return exponents.map((exponent) => exponent / sum);
}
