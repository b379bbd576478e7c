import { Histogram as PromHistogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import {
  difference,
  EMPTY,
  histogramsBy,
  mean,
  quantile,
  type MetricHistogram,
} from '../../../src/cli/top/histogram.js';
import { parseMetrics } from '../../../src/telemetry/parse-metrics.js';

/** Observations through prom-client and back, with bounds 1, 2, 4. */
async function observed(values: readonly number[]): Promise<MetricHistogram> {
  const registry = new Registry();
  const histogram = new PromHistogram({
    name: 'x',
    help: 'h',
    labelNames: ['stage'],
    buckets: [1, 2, 4],
    registers: [registry],
  });
  for (const value of values) histogram.observe({ stage: 'read' }, value);
  const samples = parseMetrics(await registry.metrics());
  return histogramsBy(samples, 'x', ({ stage = '' }) => stage).get('read') ?? EMPTY;
}

describe('A histogram', () => {
  it('is read with its buckets, sum and count', async () => {
    expect(await observed([0.5, 1.5, 1.5, 9])).toEqual({
      sum: 12.5,
      count: 4,
      buckets: [
        { bound: 1, count: 1 },
        { bound: 2, count: 3 },
        { bound: 4, count: 3 },
        { bound: Infinity, count: 4 },
      ],
    });
  });

  // Values that PromQL's histogram_quantile gives for these buckets.
  it.each([
    [[0.5, 1.5, 1.5, 3], 0.5, 1.5],
    [[0.5, 1.5, 1.5, 3], 0.25, 1],
    [[0.5, 1.5, 1.5, 3], 1, 4],
    [[3, 3, 3, 3], 0.5, 3],
    [[9, 9], 0.99, 4],
    [[1], 0.5, 0.5],
  ])('of %o has at %f the quantile %f', async (values, q, expected) => {
    expect(quantile(await observed(values), q)).toBeCloseTo(expected, 12);
  });

  it('without observations has no figures', () => {
    expect(mean(EMPTY)).toBeUndefined();
    expect(quantile(EMPTY, 0.5)).toBeUndefined();
  });

  it('between two polls holds what was observed between them', async () => {
    const before = await observed([0.5, 3]);
    const between = difference(await observed([0.5, 3, 1.5, 1.5]), before);
    expect(between).toMatchObject({ sum: 3, count: 2 });
    expect(mean(between)).toBe(1.5);
    expect(quantile(between, 0.5)).toBe(1.5);
    expect(mean(difference(before, before))).toBeUndefined();
  });
});
