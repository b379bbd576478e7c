import { describe, expect, it } from 'vitest';
import {
  counted,
  formatCount,
  formatFigure,
  formatInterval,
  formatMoment,
  formatP,
  formatPercent,
} from '../../../src/evaluate/report/format.js';
import { estimate } from './sample.js';

describe('a figure', () => {
  it('has three decimals, or the given number', () => {
    expect(formatFigure(0.93156)).toBe('0.932');
    expect(formatFigure(0.96321, 4)).toBe('0.9632');
  });

  it('that only rounds to 1 or 0 is marked', () => {
    expect([formatFigure(0.99996), formatFigure(1)]).toEqual(['>0.999', '1.000']);
    expect([formatFigure(0.00004), formatFigure(0)]).toEqual(['<0.001', '0.000']);
    expect([formatPercent(0.9999), formatPercent(1)]).toEqual(['>99.9\u00a0%', '100.0\u00a0%']);
    expect([formatPercent(0.0001), formatPercent(0)]).toEqual(['<0.1\u00a0%', '0.0\u00a0%']);
  });

  it('that does not exist is a dash, and has no interval', () => {
    expect([formatFigure(null), formatFigure(undefined), formatPercent(null)]).toEqual(['–', '–', '–']);
    expect(formatInterval(estimate(null, null, null))).toBe('');
    expect(formatInterval(estimate(0.9, 0.88, 0.92))).toBe('0.880–0.920');
  });
});

describe('other texts', () => {
  it('are counts, durations, moments and p-values', () => {
    expect([formatCount(1169), counted(1, 'image'), counted(2, 'image')]).toEqual([
      '1,169',
      '1 image',
      '2 images',
    ]);
    expect(formatMoment('2026-11-23T04:10:12.120Z')).toBe('2026-11-23 04:10:12 UTC');
    expect([formatP(0.0004), formatP(0.0416)]).toEqual(['p < 0.001', 'p = 0.042']);
  });
});
