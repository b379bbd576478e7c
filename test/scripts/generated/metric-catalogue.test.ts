import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { metricCatalogue } from '../../../scripts/generated/metric-catalogue.js';
import { LABEL_MEANINGS } from '../../../scripts/generated/label-meanings.js';
import { generatedMetricsReference } from '../../../scripts/generated/metrics-reference.js';

const own = metricCatalogue().filter(({ name }) => name.startsWith('smearwatch_'));

it.each(Object.entries(generatedMetricsReference()))('%s is up to date', (path, content) => {
  const file = new URL(`../../../${path}`, import.meta.url);
  expect(readFileSync(file, 'utf8'), 'out of date: run `npm run generate`').toBe(content);
});

describe.each(own)('$name', ({ name, type, labels, meaning }) => {
  it('follows the conventions', () => {
    expect(name).toMatch(/^smearwatch_[a-z][a-z_]*[a-z]$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    // Base units only.
    expect(name).not.toMatch(/_(ms|milliseconds|minutes|hours|percent|kib|mib|kilobytes|megabytes)(_|$)/);
    expect(meaning).toMatch(/[.]$/);
    for (const label of labels) expect(Object.keys(LABEL_MEANINGS)).toContain(label);
    expect(labels).not.toEqual(expect.arrayContaining(['path', 'file', 'folder', 'error', 'sha256']));
  });
});

it('the metrics of the process are there', () => {
  expect(metricCatalogue().map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'process_resident_memory_bytes',
      'process_cpu_seconds_total',
      'nodejs_eventloop_lag_p99_seconds',
      'nodejs_gc_duration_seconds',
    ]),
  );
});
