import { shapeLayers, type Network } from '../../src/model/networks/network.js';
import { matchWeights, type Weights } from '../../src/model/networks/weights.js';

export interface CompactOptions {
  /**
   * Layer name → share of its weights that is kept, the largest by magnitude; layers not named keep all of
   * theirs.
   */
  readonly keep?: Readonly<Record<string, number>>;
}

/** Steps on either side of zero: the values of a signed byte, symmetric. */
const STEPS = 127;

/**
 * Weights that `packModel` can store in a byte or less each: the smallest set to zero (magnitude pruning, Han
 * et al. 2015), the others rounded to multiples of one step per output channel. This is where accuracy is
 * lost; storing the result loses nothing. Biases stay as they are, and so do the arrays given.
 * @throws SmearwatchError `weights-invalid`; RangeError for a share outside ]0, 1] or a layer that does not
 *   exist
 */
export function compactWeights(
  network: Network,
  weights: Weights,
  { keep = {} }: CompactOptions = {},
): Map<string, Float32Array> {
  checkShares(network, keep);
  return new Map(
    matchWeights(network, weights).map(({ parameter: { name, shape }, values }) => {
      if (shape.length === 1) return [name, values.slice()];
      const share = keep[name.slice(0, name.lastIndexOf('.'))] ?? 1;
      return [name, compactTensor(values, shape.at(-1) ?? 1, share)];
    }),
  );
}

function checkShares(network: Network, keep: Readonly<Record<string, number>>): void {
  const layers = new Set(shapeLayers(network).map(({ layer }) => layer.name));
  for (const [layer, share] of Object.entries(keep)) {
    if (!layers.has(layer)) throw new RangeError(`${network.architecture} has no layer ${layer}`);
    if (!(share > 0 && share <= 1)) throw new RangeError(`${layer}: ${share} is not a share in ]0, 1]`);
  }
}

/** Outputs are the last axis of every weight tensor. */
function compactTensor(values: Float32Array, outputs: number, share: number): Float32Array {
  const threshold = share < 1 ? magnitudeAt(values, Math.round(values.length * share)) : 0;
  const steps = stepsOf(values, outputs);
  const result = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    const step = steps[i % outputs] ?? 0;
    // Adding 0 turns −0 into 0, which is the only zero that is stored.
    if (step > 0 && Math.abs(value) >= threshold) result[i] = Math.round(value / step) * step + 0;
  }
  return result;
}

/**
 * Computes the step of each output channel: its largest magnitude / 127, rounded up to 16 significant bits.
 */
function stepsOf(values: Float32Array, outputs: number): Float32Array {
  const largest = new Float32Array(outputs);
  for (let i = 0; i < values.length; i++) {
    const magnitude = Math.abs(values[i] ?? 0);
    if (magnitude > (largest[i % outputs] ?? 0)) largest[i % outputs] = magnitude;
  }
  return largest.map((magnitude) => roundUp(magnitude / STEPS));
}

/** Smaller magnitudes count as zero, which changes no result and keeps products normal float32 numbers. */
const NEGLIGIBLE = 1e-30;

/**
 * Up to 16 significant bits. A step of 16 bits times a count of 7 bits is exact in float32's 24, which makes
 * packing lossless and independent of how anything rounds.
 */
function roundUp(value: number): number {
  if (value < NEGLIGIBLE) return 0;
  const unit = 2 ** (Math.floor(Math.log2(value)) - 15);
  return Math.ceil(value / unit) * unit;
}

/**
 * The `count`-th largest magnitude. The bits of positive floats sort like the floats, so two counting passes
 * over 16 bits each find it: 0.1 s for 38 million values, where sorting takes seconds.
 */
export function magnitudeAt(values: Float32Array, count: number): number {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const high = new Uint32Array(1 << 16);
  for (const bit of bits) increment(high, (bit & 0x7fff_ffff) >>> 16);
  const [upper, left] = bucketOf(high, Math.max(1, count));
  const low = new Uint32Array(1 << 16);
  for (const bit of bits) if ((bit & 0x7fff_ffff) >>> 16 === upper) increment(low, bit & 0xffff);
  const [lower] = bucketOf(low, left);
  return new Float32Array(Uint32Array.of(((upper << 16) | lower) >>> 0).buffer)[0] ?? 0;
}

function increment(counts: Uint32Array, bucket: number): void {
  counts[bucket] = (counts[bucket] ?? 0) + 1;
}

/** Counting from the top: the bucket that holds the `count`-th, and its rank within. */
function bucketOf(counts: Uint32Array, count: number): [bucket: number, rank: number] {
  let left = count;
  for (let bucket = counts.length - 1; bucket >= 0; bucket--) {
    const here = counts[bucket] ?? 0;
    if (left <= here) return [bucket, left];
    left -= here;
  }
  return [0, 1];
}
