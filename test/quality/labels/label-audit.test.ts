import { expect, it } from 'vitest';
import { labelEntries } from '../../../src/quality/labels/label-audit.js';

const LABEL = { sha256: 'ab', class: 'lymphocyte', by: 'Weber' };

it('the trail has labels that were set and changed, and not those that said the same', () => {
  const labels = ['set', 'changed', 'unchanged', 'waiting', 'kept'].map((outcome) => ({ ...LABEL, outcome }));
  const entries = labelEntries('http', labels);
  expect(entries).toEqual([
    { event: 'label-set', details: { source: 'http', labels: [labels[0], labels[3]] } },
    { event: 'label-changed', details: { source: 'http', labels: [labels[1]] } },
  ]);
});

it('an entry never becomes longer than the trail takes, however long paths are', () => {
  const long = { ...LABEL, scanner: 'left', path: '\u0001'.repeat(4096), outcome: 'set' };
  const entries = labelEntries('http', [
    ...Array.from({ length: 1000 }, () => ({ ...LABEL, outcome: 'set' })),
    long,
    long,
  ]);
  for (const entry of entries) expect(Buffer.byteLength(JSON.stringify(entry.details))).toBeLessThan(65_536);
  const count = entries.flatMap((entry) => (entry.details as { labels: unknown[] }).labels).length;
  expect(count).toBe(1002);
});
