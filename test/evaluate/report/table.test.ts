import { describe, expect, it } from 'vitest';
import { chunks } from '../../../src/evaluate/report/chunks.js';
import { estimateCell, table } from '../../../src/evaluate/report/table.js';
import { openPage, textOf } from './page.js';
import { estimate } from './sample.js';

const columns = (count: number) => Array.from({ length: count }, (_, index) => ({ title: `c${index}` }));
const row = (count: number): string[] => Array.from({ length: count }, (_, index) => `v${index}`);

describe('a table', () => {
  it('has a head that is repeated in print, and rows with their headers', () => {
    const page = openPage(table(columns(3), [row(3), row(3)], { caption: 'Table 1' }).text);
    expect(page.all('thead th').map(textOf)).toEqual(['c0', 'c1', 'c2']);
    expect(page.all('tbody th').map(textOf)).toEqual(['v0', 'v0']);
    expect(page.all('caption').map(textOf)).toEqual(['Table 1']);
  });

  it('that is too wide for a page continues below, with the first column again', () => {
    const page = openPage(table(columns(10), [row(10)], { caption: 'Table 1' }).text);
    const tables = page
      .all('table')
      .map((each) => [...each.querySelectorAll('th, td')].map(textOf).join(' '));
    expect(tables).toEqual(['c0 c1 c2 c3 c4 c5 v0 v1 v2 v3 v4 v5', 'c0 c6 c7 c8 c9 v0 v6 v7 v8 v9']);
    expect(page.all('caption')).toHaveLength(1);
  });

  it('shows a figure with its interval and its number of images', () => {
    expect(estimateCell(estimate(0.9, 0.88, 0.92), 3, 1200).text).toBe(
      '0.900<small>0.880–0.920</small><small>n = 1,200</small>',
    );
    expect(estimateCell(estimate(null, null, null)).text).toBe('–');
    expect(estimateCell(undefined).text).toBe('–');
  });
});

it('chunks are as equal as their number allows', () => {
  expect(chunks([1, 2, 3, 4, 5, 6, 7], 3)).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
  expect(chunks([1, 2, 3, 4], 3)).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(chunks([], 3)).toEqual([[]]);
});
