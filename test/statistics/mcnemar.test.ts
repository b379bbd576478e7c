import { describe, expect, it } from 'vitest';
import { mcNemarTest } from '../../src/statistics/mcnemar.js';
import { expectFigure, readReference } from './reference.js';

interface Reference {
  readonly first: number;
  readonly second: number;
  readonly exact: boolean;
  readonly statistic: number;
  readonly pValue: number;
}

describe("McNemar's test", () => {
  it.each(readReference('mcnemar') as Reference[])(
    "of $first and $second discordant images is statsmodels'",
    ({ first, second, exact, statistic, pValue }) => {
      const test = mcNemarTest(first, second);
      expect(test.method).toBe(exact ? 'exact' : 'chi-squared');
      expectFigure(test.statistic, statistic);
      expectFigure(test.pValue, pValue);
      expect(mcNemarTest(second, first)).toEqual(test);
    },
  );

  it('is exact below 25 discordant images', () => {
    expect(mcNemarTest(12, 12).method).toBe('exact');
    expect(mcNemarTest(12, 13).method).toBe('chi-squared');
  });

  it('gives a probability, and a smaller one for a larger difference', () => {
    for (const discordant of [10, 24, 25, 60]) {
      const values = Array.from(
        { length: discordant / 2 },
        (_, less) => mcNemarTest(less, discordant - less).pValue,
      );
      expect(values).toEqual([...values].sort((a, b) => a - b));
      for (const value of values) expect(value > 0 && value <= 1).toBe(true);
    }
  });
});
