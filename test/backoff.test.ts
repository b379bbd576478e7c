import { expect, it } from 'vitest';
import { backoffMs } from '../src/backoff.js';

const BACKOFF = { firstMs: 500, longestMs: 15_000 };

it('Each failure doubles the wait, up to the longest one', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7].map((failures) => backoffMs(failures, BACKOFF));
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
});

it('After very many failures the wait is still the longest one', () => {
  expect(backoffMs(5000, BACKOFF)).toBe(15_000);
});

it('No wait is longer than the longest one, also not the first', () => {
  expect(backoffMs(1, { firstMs: 20_000, longestMs: 15_000 })).toBe(15_000);
  expect(backoffMs(9, { firstMs: 0, longestMs: 15_000 })).toBe(0);
});
