import { describe, expect, it } from 'vitest';
import { readReference } from '../../../src/bench/reference.js';
import { costOf } from '../../../src/bench/scaling/parts.js';
import { partsOf } from '../../../src/bench/scaling/parts-of-report.js';
import { planCapacity, type PlanOptions } from '../../../src/bench/scaling/plan.js';
import { sampleReport } from '../sample-report.js';

const parts = partsOf(sampleReport());
const options: PlanOptions = {
  imagesPerDay: 1_000_000,
  peakHours: 10,
  headroom: 0.3,
  totalBandwidth: 1e11,
  format: 'jpeg',
  networks: ['alexnet', 'lenet5'],
  precision: 'fp32',
};

it('an image costs the time of its parts alone, and the rest of the whole', () => {
  const { workerMs, mainMs, commitMs, bytesRead } = costOf(parts, options);
  // Of 16.5 ms, 5 decode, 10.2 infer and 1 is the main thread's: 0.3 are left for a worker.
  expect(workerMs).toBeCloseTo(5 + 10 + 0.2 + 0.3);
  expect(mainMs).toBeCloseTo(1);
  expect(commitMs).toBeCloseTo(0.5);
  // For a batch of 16, 54.6 million weights of 4 bytes, and 46 MB that were made of the filters of four
  // convolutions.
  expect(bytesRead / 1e6).toBeCloseTo(13.64 + 2.92, 1);
});

it('an int8 image costs less', () => {
  expect(costOf(parts, { ...options, precision: 'int8' }).workerMs).toBeCloseTo(5 + 3 + 0.2 + 0.3);
});

describe('a plan', () => {
  const plan = planCapacity(parts, options);

  it('names the smallest machine that does it, with its memory', () => {
    expect(plan.demandedPerSecond).toBeCloseTo(39.7, 1);
    expect(plan.needed).toMatchObject({ cores: 1, limit: 'cores', memoryBytes: 600e6 });
    const more = planCapacity(parts, { ...options, imagesPerDay: 5_000_000 });
    expect(more.needed).toMatchObject({ cores: 4, memoryBytes: 1800e6 });
  });

  it('gives the number of machines when one is never enough', () => {
    const huge = planCapacity(parts, { ...options, imagesPerDay: 100_000_000 });
    expect(huge.needed).toBeUndefined();
    // 3968 images/s, where the main thread does 667 at most.
    expect(huge.machines).toBe(6);
    expect(huge.table.at(-1)?.limit).toBe('main thread');
  });

  it('is compared with the daemon’s measured throughput', () => {
    expect(plan.checks.map(({ cores, measured }) => [cores, measured])).toEqual([
      [1, 60],
      [2, 120],
    ]);
    for (const { predicted, measured } of plan.checks) expect(predicted / measured).toBeCloseTo(1, 1);
  });

  it('needs more cores for more images, and never fewer', () => {
    const cores = [1, 2, 4, 8].map(
      (times) =>
        planCapacity(parts, { ...options, imagesPerDay: times * 2_000_000 }).needed?.cores ?? Infinity,
    );
    expect(cores).toEqual([...cores].sort((a, b) => a - b));
  });
});

it('a part that the bench did not measure is named', () => {
  expect(() => planCapacity(parts, { ...options, format: 'png' })).toThrow(
    expect.objectContaining({
      code: 'plan-not-measured',
      message: 'The bench did not measure decoding of png',
    }),
  );
});

it('the recorded figures plan every workload', () => {
  const { parts: recorded } = readReference();
  for (const format of ['jpeg', 'png', 'tiff'] as const) {
    for (const precision of ['fp32', 'int8'] as const) {
      expect(planCapacity(recorded, { ...options, format, precision }).table).toHaveLength(7);
    }
  }
});
