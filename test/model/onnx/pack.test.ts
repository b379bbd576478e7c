import { describe, expect, it } from 'vitest';
import { lenet5 } from '../../../src/model/networks/lenet5.js';
import { compactWeights, magnitudeAt } from '../../../scripts/ship-models/compact.js';
import { encodeSparse } from '../../../scripts/ship-models/encode-sparse.js';
import { packModel } from '../../../scripts/ship-models/pack-model.js';
import { unpackModel } from '../../../src/model/onnx/unpack-model.js';
import { decodeSparse } from '../../../src/model/onnx/sparse-bytes.js';
import { onnxOf } from './onnx-file.js';
import { randomWeights } from './random-weights.js';
import { smallNetworks } from './small-networks.js';

const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

describe.each(smallNetworks)('%s', (_name, network) => {
  it('packs without loss whether its weights are compact or not, and always to the same bytes', () => {
    for (const weights of [randomWeights(network), compactWeights(network, randomWeights(network))]) {
      const file = onnxOf(network, weights);
      const packed = packModel(file);
      expect(isSame(unpackModel(packed), file)).toBe(true);
      expect(isSame(packModel(unpackModel(packed)), packed)).toBe(true);
    }
  });

  it('is compact already after it has been made compact once', () => {
    const compact = compactWeights(network, randomWeights(network), { keep: { fc3: 0.3 } });
    expect(compactWeights(network, compact)).toEqual(compact);
  });
});

describe('compact weights', () => {
  const network = lenet5();
  const weights = randomWeights(network);

  it('keep the asked share of a layer, its largest values', () => {
    const compact = compactWeights(network, weights, { keep: { fc3: 0.1 } });
    const kept = compact.get('fc3.weight')!.filter((value) => value !== 0).length;
    expect(kept / weights.get('fc3.weight')!.length).toBeCloseTo(0.1, 3);
    const smallestKept = magnitudeAt(weights.get('fc3.weight')!, Math.round(48_000 * 0.1));
    weights.get('fc3.weight')!.forEach((value, i) => {
      if (Math.abs(value) < smallestKept) expect(compact.get('fc3.weight')![i]).toBe(0);
    });
  });

  it('are at most half a step away, which is a 254th of the largest weight of their output', () => {
    const compact = compactWeights(network, weights);
    const [before, after] = [weights.get('fc4.weight')!, compact.get('fc4.weight')!];
    for (let output = 0; output < 84; output++) {
      const column = before.filter((_, i) => i % 84 === output).map(Math.abs);
      const step = column.reduce((a, b) => Math.max(a, b)) / 127;
      for (let i = output; i < before.length; i += 84) {
        expect(Math.abs(before[i]! - after[i]!)).toBeLessThanOrEqual((step / 2) * 1.001);
      }
    }
    expect(compact.get('fc4.bias')).toEqual(weights.get('fc4.bias'));
  });

  it('stay below a byte each when packed', () => {
    expect(packModel(onnxOf(network, compactWeights(network, weights))).length).toBeLessThan(66_000);
    const pruned = compactWeights(network, weights, { keep: { fc3: 0.1 } });
    expect(packModel(onnxOf(network, pruned)).length).toBeLessThan(28_000);
  });

  it('cannot be asked for an impossible share or an unknown layer', () => {
    expect(() => compactWeights(network, weights, { keep: { fc3: 0 } })).toThrow('is not a share');
    expect(() => compactWeights(network, weights, { keep: { fc9: 0.5 } })).toThrow('no layer fc9');
  });
});

it('the n-th largest magnitude is found as sorting finds it', () => {
  const values = randomWeights(lenet5()).get('conv2.weight')!;
  const sorted = values.map(Math.abs).sort().reverse();
  for (const count of [1, 2, 100, 1234, values.length])
    expect(magnitudeAt(values, count)).toBe(sorted[count - 1]);
});

describe('sparse streams', () => {
  it.each([
    ['long runs of zeros', Float32Array.from({ length: 4000 }, (_, i) => (i % 1999 === 0 ? 127 : 0))],
    ['exactly 255 zeros', Float32Array.from({ length: 512 }, (_, i) => (i % 256 === 255 ? -127 : 0))],
    ['nothing but zeros', new Float32Array(600)],
    ['no zero', Float32Array.from({ length: 600 }, (_, i) => (i % 300 === 0 ? 127 : (i % 127) + 1))],
  ])('restore %s', (_what, values) => {
    const sparse = encodeSparse(values, 2);
    expect(sparse).toBeDefined();
    expect(decodeSparse(sparse!, values.length)).toEqual(values);
  });

  it.each([
    ['values between the steps', Float32Array.of(127, 0.5)],
    ['a negative zero, which would lose its sign', Float32Array.of(127, -0)],
    ['values that are not numbers', Float32Array.of(127, NaN)],
    ['infinite values', Float32Array.of(127, Infinity)],
  ])('are not used for %s', (_what, values) => expect(encodeSparse(values, 1)).toBeUndefined());
});

describe('damaged packed models', () => {
  const packed = packModel(onnxOf(lenet5(), compactWeights(lenet5(), randomWeights(lenet5()))));
  it.each([
    ['empty', new Uint8Array()],
    ['another kind of file', Buffer.from('PK\x03\x04 nothing')],
    ['truncated in the header', packed.subarray(0, 100)],
    ['truncated in the streams', packed.subarray(0, packed.length - 10_000)],
  ])('%s: refused with a code', (_what, bytes) => {
    expect(() => unpackModel(bytes)).toThrow(expect.objectContaining({ code: 'model-damaged' }));
  });
});
