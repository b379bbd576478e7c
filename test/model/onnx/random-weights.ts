import { shapeLayers, sizeOf, type Network } from '../../../src/model/networks/network.js';

/** A small deterministic generator (mulberry32), uniform in [0, 1). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Weights of about the size that training leaves (He 2015), every value different from its neighbours. */
export function randomWeights(network: Network, seed = 1): Map<string, Float32Array> {
  const random = randomNumbers(seed);
  const weights = new Map<string, Float32Array>();
  for (const { name, shape } of shapeLayers(network).flatMap(({ parameters }) => parameters)) {
    const fanIn = shape.length === 1 ? 100 : sizeOf(shape.slice(0, -1));
    const scale = Math.sqrt(6 / fanIn);
    weights.set(
      name,
      Float32Array.from({ length: sizeOf(shape) }, () => (2 * random() - 1) * scale),
    );
  }
  return weights;
}

/** `count` images of random pixels, in the contract's form. */
export function randomPixels(count: number, seed = 2): Uint8Array {
  const random = randomNumbers(seed);
  return Uint8Array.from({ length: count * 256 * 256 * 3 }, () => Math.floor(random() * 256));
}
