import { describe, expect, it } from 'vitest';
import { formatBrief, formatDuration, threePlaces } from '../../src/text/duration.js';

describe('A duration in words', () => {
  it.each([
    [-1, '0 s'],
    [45.4, '45 s'],
    [59.6, '1 min 0 s'],
    [200, '3 min 20 s'],
    [7500, '2 h 5 min'],
  ])('has no fraction: %d seconds are %s', (seconds, words) => {
    expect(formatDuration(seconds)).toBe(words);
  });

  it.each([
    [4.25, '4.3 s'],
    [59.97, '1 min 0 s'],
    [200, '3 min 20 s'],
  ])('has as many digits as wanted below a minute: %d seconds are %s', (seconds, words) => {
    expect(formatDuration(seconds, 1)).toBe(words);
  });

  it.each([
    [0.00042, '0.42 ms'],
    [0.012, '12.0 ms'],
    [0.9996, '1.00 s'],
    [4.2, '4.20 s'],
    [720, '12 min'],
    [7560, '2.1 h'],
  ])('is brief with three places and one unit: %d seconds are %s', (seconds, words) => {
    expect(formatBrief(seconds)).toBe(words);
  });
});

it('A figure in three places has as many digits as mean something', () => {
  expect([0, 0.42, 4.2, 42, 420.4].map(threePlaces)).toEqual(['0', '0.42', '4.20', '42.0', '420']);
});
