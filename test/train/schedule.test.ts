import { expect, it } from 'vitest';
import { learningRateAt, type LearningRateSchedule } from '../../src/train/schedule.js';

const cosine: LearningRateSchedule = {
  kind: 'cosine',
  learningRate: 0.01,
  warmupIterations: 10,
  iterations: 110,
};
const rates = (schedule: LearningRateSchedule): number[] =>
  Array.from({ length: schedule.iterations }, (_, iteration) => learningRateAt(schedule, iteration));

it('rises evenly to the highest rate during warm-up', () => {
  expect(rates(cosine).slice(0, 3)).toEqual(
    [0.001, 0.002, 0.003].map((rate) => expect.closeTo(rate, 9) as number),
  );
  expect(learningRateAt(cosine, 9)).toBeCloseTo(0.01, 9);
});

it('falls as a cosine from then on, to about a hundredth', () => {
  const after = rates(cosine).slice(10);
  expect(after[0]).toBeCloseTo(0.01, 9);
  expect(after[50]).toBeCloseTo(0.01 * (0.01 + 0.99 / 2), 9);
  expect(after.at(-1)).toBeCloseTo(0.0001, 5);
  after.slice(1).forEach((rate, index) => expect(rate).toBeLessThan(after[index]!));
});

it('does not change when constant', () => {
  expect(new Set(rates({ ...cosine, kind: 'constant', warmupIterations: 0 }))).toEqual(new Set([0.01]));
});
