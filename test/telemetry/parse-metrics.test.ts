import { Counter, Gauge, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { parseMetrics, sumOfMetric } from '../../src/telemetry/parse-metrics.js';

describe('The parser of /metrics', () => {
  it('reads what prom-client writes, with any text in labels', async () => {
    const registry = new Registry();
    const registers = [registry];
    const odd = 'a "b", c\\d}=\n{e,f="g"} 1';
    new Counter({ name: 'plain_total', help: 'With a\nline break.', registers }).inc(3);
    const gauge = new Gauge({ name: 'odd', help: 'h', labelNames: ['x', 'y'], registers });
    gauge.set({ x: odd, y: '' }, -1.5e-7);
    expect(parseMetrics(await registry.metrics())).toEqual([
      { name: 'plain_total', labels: {}, value: 3 },
      { name: 'odd', labels: { x: odd, y: '' }, value: -1.5e-7 },
    ]);
  });

  it.each([
    ['a +Inf', Infinity],
    ['a -Inf', -Infinity],
    ['a NaN', NaN],
    ['a{} 12 1700000000000', 12],
    ['a 1e3', 1000],
  ])('reads %s', (line, value) => {
    expect(parseMetrics(`${line}\n`)).toEqual([{ name: 'a', labels: {}, value }]);
  });

  it('ignores comments, empty lines and lines that are not samples', () => {
    expect(parseMetrics('# TYPE a counter\n\n<html>\na\nb 1\r\n')).toEqual([]);
    expect(parseMetrics('<html> 2\nb 1')).toEqual([{ name: 'b', labels: {}, value: 1 }]);
  });
});

it('The value of a metric is the sum of all series of its name', () => {
  const text = '# HELP a_sum x\na_sum{x="1"} 1.5\na_sum{x="2"} 2\na_sum_more 7\nb_sum 4\n';
  expect(sumOfMetric(text, 'a_sum')).toBe(3.5);
  expect(sumOfMetric(text, 'b_sum')).toBe(4);
  expect(sumOfMetric(text, 'c_sum')).toBe(0);
});
