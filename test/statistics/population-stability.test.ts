import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { populationStability } from '../../src/statistics/population-stability.js';
import { countByBins, quantileEdges } from '../../src/statistics/quantile-bins.js';
import { expectFigure, readReference } from './reference.js';

interface Reference {
  readonly counts: readonly {
    readonly reference: number[];
    readonly current: number[];
    readonly index: number;
  }[];
  readonly values: readonly {
    readonly reference: number[];
    readonly current: number[];
    readonly edges: number[];
    readonly counts: [number[], number[]];
    readonly index: number;
  }[];
}

/** Population stability of values, over ten bins from the reference's quantiles. */
function valueStability(reference: readonly number[], current: readonly number[]): number {
  const edges = quantileEdges(reference, 10);
  return populationStability(countByBins(reference, edges), countByBins(current, edges));
}

const { counts, values } = readReference('population-stability') as Reference;

describe('the population stability index', () => {
  it.each(counts)(
    "of $reference and $current is SciPy's Jeffreys divergence",
    ({ reference, current, index }) => {
      expectFigure(populationStability(reference, current), index);
      expectFigure(populationStability(current, reference), index);
    },
  );

  it('is 0 for the same counts, and finite where a bin is empty', () => {
    expect(populationStability([3, 0, 9], [3, 0, 9])).toBe(0);
    expect(populationStability([10, 0], [0, 10])).toBeLessThan(Infinity);
  });

  it('says less about an empty bin of few images than of many', () => {
    expect(populationStability([10, 10], [20, 0])).toBeLessThan(populationStability([1000, 1000], [2000, 0]));
  });

  it('is the value of chance, (bins − 1) · (1/n + 1/m), when nothing has drifted', () => {
    const random = new Random(1, 'no drift');
    const draw = (images: number): number[] => Array.from({ length: images }, () => random.uniform());
    const indices = Array.from({ length: 200 }, () => valueStability(draw(500), draw(250)));
    const mean = indices.reduce((sum, index) => sum + index, 0) / indices.length;
    expect(mean / (9 * (1 / 500 + 1 / 250))).toBeGreaterThan(0.85);
    expect(mean / (9 * (1 / 500 + 1 / 250))).toBeLessThan(1.15);
  });

  it('does not exist without images, and refuses different bins', () => {
    expect(populationStability([1, 2], [0, 0])).toBeNaN();
    expect(valueStability([], [0.5])).toBeNaN();
    expect(() => populationStability([1, 2], [1, 2, 3])).toThrow(RangeError);
  });
});

describe('bins of equal reference', () => {
  it.each(values)(
    "are numpy's, and so is the index",
    ({ reference, current, edges, counts: [before, now], index }) => {
      expect(quantileEdges(reference, 10)).toEqual(edges);
      expect(countByBins(reference, edges)).toEqual(before);
      expect(countByBins(current, edges)).toEqual(now);
      expectFigure(valueStability(reference, current), index);
    },
  );

  it('are fewer where many values are equal, and each has values of the reference', () => {
    const piled = [...new Array<number>(50).fill(1), ...new Array<number>(30).fill(0), 0.2, 0.5, 0.7];
    expect(countByBins(piled, quantileEdges(piled, 10)).every((count) => count > 0)).toBe(true);
    expect(quantileEdges([1, 1, 1], 10)).toEqual([]);
  });

  it('have room for values beyond the reference', () => {
    expect(countByBins([-9, 1, 1.5, 9], [1, 2])).toEqual([2, 1, 1]);
  });
});
