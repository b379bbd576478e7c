import { describe, expect, it } from 'vitest';
import { inWords } from '../../../../src/evaluate/report/sections/comparisons.js';
import { estimate, sampleComparison } from '../sample.js';

describe('a comparison in words', () => {
  it('names the better model when chance is unlikely', () => {
    expect(inWords(sampleComparison(), false)).toBe(
      'alexnet@1 is right on 150 images more. Chance alone would hardly do that.',
    );
    expect(
      inWords(sampleComparison({ onlyFirstRight: 1, onlySecondRight: 9, pValue: 0.02 }), false),
    ).toContain('lenet5@1 is right on 8 images more.');
  });

  it('reports that it may be chance', () => {
    const close = sampleComparison({ onlyFirstRight: 5, onlySecondRight: 4, pValue: 0.9 });
    expect(inWords(close, false)).toContain('1 image more, but that may be chance');
  });

  it('follows the difference’s interval where patients are known, since p treats images as independent', () => {
    const difference = estimate(0.02, -0.01, 0.05);
    expect(inWords(sampleComparison({ pValue: 0.01, difference }), true)).toContain('may be chance');
    expect(inWords(sampleComparison({ pValue: 0.01, difference }), false)).toContain('hardly');
  });

  it('reports when neither is better', () => {
    expect(inWords(sampleComparison({ onlyFirstRight: 0, onlySecondRight: 0 }), false)).toContain(
      'the same images',
    );
    expect(inWords(sampleComparison({ onlyFirstRight: 3, onlySecondRight: 3 }), false)).toContain('Neither');
  });
});
