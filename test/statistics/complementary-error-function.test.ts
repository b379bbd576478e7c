import { expect, it } from 'vitest';
import { complementaryErrorFunction } from '../../src/statistics/complementary-error-function.js';
import { readReference } from './reference.js';

it.each(readReference('erfc') as [number, number][])(
  "erfc(%f) is SciPy's %f, also far out",
  (x, expected) => {
    expect(Math.abs(complementaryErrorFunction(x) / expected - 1)).toBeLessThan(1e-12);
  },
);
