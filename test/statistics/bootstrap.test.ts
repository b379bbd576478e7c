import { describe, expect, it } from 'vitest';
import { bootstrap } from '../../src/statistics/bootstrap.js';
import { resamplingUnits } from '../../src/statistics/resampling-units.js';

const sum = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((total, value) => total + value, 0);
const weightsOf = (groups: readonly string[], seed = 1, resamples = 400): number[][] =>
  bootstrap(resamplingUnits(groups), (weights) => [...weights], { resamples, seed });

describe('the bootstrap', () => {
  it('draws the number of existing images when each is a unit of its own', () => {
    const drawn = weightsOf(['', '', '', '', '']);
    expect(drawn).toHaveLength(400);
    for (const weights of drawn) expect(sum(weights)).toBe(5);
  });

  it('draws a group whole', () => {
    for (const [a, alone, b, again] of weightsOf(['a', '', 'b', 'a'])) {
      expect(a).toBe(again);
      expect(a! + alone! + b!).toBe(3);
    }
  });

  it('with two groups draws only one of them in half of the resamples', () => {
    const alone = weightsOf(['a', 'a', 'b'], 1, 4000).filter(([a, , b]) => a === 0 || b === 0);
    expect(alone.length / 4000).toBeGreaterThan(0.47);
    expect(alone.length / 4000).toBeLessThan(0.53);
  });

  it('draws each image once on average', () => {
    const drawn = weightsOf(new Array<string>(30).fill(''), 1, 2000);
    for (let image = 0; image < 30; image++) {
      expect(sum(drawn.map((weights) => weights[image]!)) / 2000).toBeCloseTo(1, 0);
    }
  });

  it('is the same for the same seed, and another for another', () => {
    const groups = ['a', 'b', 'c', 'd', ''];
    expect(weightsOf(groups)).toEqual(weightsOf(groups));
    expect(weightsOf(groups, 2)).not.toEqual(weightsOf(groups));
  });

  it('has nothing to draw without images', () => {
    expect(weightsOf([])).toEqual([]);
  });
});

it('units are groups, and images without one', () => {
  expect(resamplingUnits(['x', '', 'y', 'x', ''])).toEqual({
    ofImage: Uint32Array.of(0, 1, 2, 0, 3),
    count: 4,
    grouped: true,
  });
  expect(resamplingUnits(['', ''])).toMatchObject({ count: 2, grouped: false });
});
