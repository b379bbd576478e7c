import { expect, it } from 'vitest';
import { judge } from '../../../src/model/quantize/limits.js';

const good = {
  shareRight: { fp32: 0.93, int8: 0.926 },
  speedup: 1.6,
  bytes: { fp32: 227_000_000, int8: 57_000_000 },
};

it('a model within all limits passes', () => expect(judge(good)).toEqual({ passed: true, failures: [] }));

it('exactly half a point may be lost', () => {
  expect(judge({ ...good, shareRight: { fp32: 0.93, int8: 0.925 } }).passed).toBe(true);
});

it.each([
  ['accuracy', { shareRight: { fp32: 0.93, int8: 0.92 } }, '1.00 points fewer'],
  ['speed', { speedup: 1.4 }, '1.40 times as fast'],
  ['size', { bytes: { fp32: 227_000_000, int8: 70_000_000 } }, '30.84 % of the size'],
])('a model that misses the limit of %s says so', (_what, change, expected) => {
  const { passed, failures } = judge({ ...good, ...change });
  expect(passed).toBe(false);
  expect(failures).toEqual([expect.stringContaining(expected)]);
});

it('the speed of a small network is not judged, nor the size of its graph', () => {
  expect(judge({ ...good, speedup: 0.9, bytes: { fp32: 247_477, int8: 71_464 } }).passed).toBe(true);
});
