import { describe, expect, it } from 'vitest';
import { ValueHistogram } from '../../../src/model/quantize/histogram.js';
import { chooseRange } from '../../../src/model/quantize/ranges.js';
import { activationScale, quantizeWeights } from '../../../src/model/quantize/tensors.js';

function histogramOf(...batches: readonly Float32Array[]): ValueHistogram {
  const histogram = new ValueHistogram();
  for (const batch of batches) histogram.add(batch);
  return histogram;
}

const even = Float32Array.from({ length: 100_000 }, (_, i) => i / 100_000);

describe('a histogram', () => {
  it('keeps the exact range, and zero within it', () => {
    expect(histogramOf(Float32Array.of(3, 5), Float32Array.of(700.5)).range).toEqual({ min: 0, max: 700.5 });
  });

  it('counts the same in any order', () => {
    const small = Float32Array.from(even, (value) => value / 500);
    const [one, other] = [histogramOf(even, small), histogramOf(small, even)];
    expect(one.quantiles(0.9)).toEqual(other.quantiles(0.9));
  });

  it('finds quantiles within a bin', () => {
    const signed = Float32Array.from(even, (value) => value - 0.5);
    const { min, max } = histogramOf(signed).quantiles(0.98);
    expect(min).toBeCloseTo(-0.48, 3);
    expect(max).toBeCloseTo(0.48, 3);
  });

  it('refuses values that are not finite', () => {
    expect(() => histogramOf(Float32Array.of(Infinity))).toThrow(RangeError);
  });

  it('cuts off a single large value by least squares, and keeps an even distribution whole', () => {
    expect(chooseRange(histogramOf(even), 'least-squares').max).toBeGreaterThan(0.98);
    const withOutlier = histogramOf(even, even, even, Float32Array.of(4));
    expect(chooseRange(withOutlier, 'least-squares').max).toBeLessThan(3.9);
    expect(chooseRange(withOutlier, 'min-max').max).toBe(4);
  });
});

describe('stored values', () => {
  it('hold zero exactly', () => {
    expect(activationScale({ min: -1, max: 2 })).toEqual({ scale: Math.fround(3 / 255), zeroPoint: 85 });
    expect(activationScale({ min: 0, max: 255 })).toEqual({ scale: 1, zeroPoint: 0 });
    expect(activationScale({ min: 0, max: 0 }).scale).toBeGreaterThan(0);
  });

  const weighted = (values: readonly number[], dims: number[], axis: 0 | 1, bias = [0, 0]) => ({
    node: {},
    input: '',
    weight: { dims, raw_data: new Uint8Array(Float32Array.from(values).buffer) },
    bias: { dims: [2], raw_data: new Uint8Array(Float32Array.from(bias).buffer) },
    axis,
  });

  it('have a scale for each output channel, on either axis', () => {
    const rows = quantizeWeights(weighted([1, -0.5, 10, 20], [2, 2], 0), 1, 100);
    expect([...rows.weights]).toEqual([100, -50, 50, 100]);
    const columns = quantizeWeights(weighted([1, 10, -0.5, 20], [2, 2], 1), 1, 100);
    expect([...columns.weights]).toEqual([100, 50, -50, 100]);
  });

  it('keep the bias of a channel whose weights are all zero', () => {
    const { scales, bias } = quantizeWeights(weighted([0, 0, 1, 1], [2, 2], 0, [5, 0]), 0.01, 63);
    expect((bias?.[0] ?? 0) * 0.01 * (scales[0] ?? 0)).toBeCloseTo(5, 5);
  });
});
