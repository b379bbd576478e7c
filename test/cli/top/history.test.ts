import { describe, expect, it } from 'vitest';
import { EMPTY } from '../../../src/cli/top/histogram.js';
import type { ScrapedFigures } from '../../../src/cli/top/figures.js';
import { PollHistory, type Poll } from '../../../src/cli/top/history.js';

function poll(seconds: number, classified: number, startedAt = 'first'): Poll {
  const figures: ScrapedFigures = {
    classified,
    stages: new Map(),
    inference: new Map(),
    batchImages: EMPTY,
    pauses: [],
    isStalled: false,
    isConfigurationInForce: true,
    isAuditWritable: true,
    disks: [],
    minFreeBytes: 0,
  };
  return { atMs: seconds * 1000, startedAt, figures };
}

describe('The history', () => {
  it('of one poll goes back to the start of the daemon', () => {
    const history = new PollHistory(5000);
    history.add(poll(0, 100));
    expect(history.span(77)).toEqual({ before: undefined, seconds: 77 });
    expect(history.rate).toBeUndefined();
  });

  it('gives the rate of the last two polls, and spans a minute', () => {
    const history = new PollHistory(5000);
    const polls = Array.from({ length: 50 }, (_, index) => poll(index * 2, index * 10));
    for (const each of polls) history.add(each);
    expect(history.rate).toBe(5);
    expect(history.span(1000)).toEqual({ before: polls[19]?.figures, seconds: 60 });
  });

  it('keeps two polls however far they lie apart', () => {
    const history = new PollHistory(600_000);
    history.add(poll(0, 0));
    history.add(poll(600, 1200));
    expect(history.rate).toBe(2);
    expect(history.span(9999).seconds).toBe(600);
  });

  it('is cleared when the daemon was restarted', () => {
    const history = new PollHistory(5000);
    history.add(poll(0, 1000));
    history.add(poll(2, 1010));
    history.add(poll(4, 3, 'second'));
    expect(history.rate).toBeUndefined();
    expect(history.span(1).before).toBeUndefined();
    history.add(poll(6, 5, 'second'));
    expect(history.rate).toBe(1);
  });

  it('has a column for every five seconds, and none for times without an observation', () => {
    const history = new PollHistory(5000);
    for (const [seconds, images] of [
      [0, 0],
      [4, 40],
      [6, 40],
      [8, 44],
      // Away for a while.
      [22, 44],
    ] as const)
      history.add(poll(seconds, images));
    expect(history.rates(22_000, 6)).toEqual([undefined, 10, 1, undefined, undefined, 0]);
  });
});
