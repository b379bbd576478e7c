import { expect, it } from 'vitest';
import { CronTimes } from '../../../src/evaluate/planned/cron.js';

const berlin = new CronTimes({ cron: '30 2 * * *', timeZone: 'Europe/Berlin' });
const iso = (times: readonly number[]): string[] =>
  times.map((ms) => new Date(ms).toISOString().slice(0, 16));
const between = (times: CronTimes, from: string, to: string): string[] =>
  iso(times.between(Date.parse(from), Date.parse(to)));

it('At the start of summer time, the 02:30 that does not exist is an hour later, once', () => {
  expect(between(berlin, '2027-03-27T00:00Z', '2027-03-29T12:00Z')).toEqual([
    '2027-03-27T01:30',
    '2027-03-28T01:30',
    '2027-03-29T00:30',
  ]);
});

it('At its end, the 02:30 that comes twice is run the first time only', () => {
  expect(between(berlin, '2026-10-24T00:00Z', '2026-10-26T12:00Z')).toEqual([
    '2026-10-24T00:30',
    '2026-10-25T00:30',
    '2026-10-26T01:30',
  ]);
  // Also when the clock is read between the two.
  expect(between(berlin, '2026-10-25T00:45Z', '2026-10-25T12:00Z')).toEqual([]);
});

it('The end of a span belongs to it, its beginning does not', () => {
  expect(between(berlin, '2026-07-01T00:30Z', '2026-07-02T00:30Z')).toEqual(['2026-07-02T00:30']);
});

it('For a long time, only the newest are returned, quickly', () => {
  const everyMinute = new CronTimes({ cron: '* * * * *', timeZone: 'UTC' });
  const times = between(everyMinute, '2016-01-01T00:00Z', '2026-01-01T00:00Z');
  expect(times).toHaveLength(20);
  expect(times.at(-1)).toBe('2026-01-01T00:00');
  expect(times[0]).toBe('2025-12-31T23:41');
});

it('A time that never comes has no next', () => {
  expect(new CronTimes({ cron: '0 0 30 2 *', timeZone: 'UTC' }).nextAfter(0)).toBeUndefined();
});
