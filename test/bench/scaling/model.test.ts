import { describe, expect, it } from 'vitest';
import {
  coresFor,
  demandedRate,
  LIMIT_NAMES,
  memoryOf,
  throughputOf,
  type ImageCost,
  type MachineLimits,
} from '../../../src/bench/scaling/model.js';
import { Random } from '../../../src/random.js';

const random = new Random('scaling model');

function anyCost(): ImageCost {
  return {
    workerMs: random.uniform(1, 50),
    mainMs: random.uniform(0.1, 3),
    commitMs: random.uniform(0, 3),
    bytesRead: random.uniform(1e5, 1e8),
    filesSynced: 1,
  };
}

function anyMachine(): MachineLimits {
  return {
    coreBandwidth: random.uniform(1e9, 2e10),
    totalBandwidth: random.uniform(1e10, 4e11),
    filesSyncedPerSecond: random.uniform(50, 20_000),
  };
}

const cases = Array.from({ length: 200 }, () => [anyCost(), anyMachine()] as const);

describe('the images per second of any machine', () => {
  it('never fall with more cores', () => {
    for (const [cost, machine] of cases) {
      let before = 0;
      for (let cores = 1; cores <= 128; cores += 1) {
        const { imagesPerSecond } = throughputOf(cores, cost, machine);
        expect(imagesPerSecond).toBeGreaterThanOrEqual(before);
        before = imagesPerSecond;
      }
    }
  });

  it('are never above any limit, and the named one applies', () => {
    for (const [cost, machine] of cases) {
      for (const cores of [1, 2, 7, 64]) {
        const { imagesPerSecond, limit, limits } = throughputOf(cores, cost, machine);
        for (const name of LIMIT_NAMES) expect(imagesPerSecond).toBeLessThanOrEqual(limits[name]);
        expect(imagesPerSecond).toBe(limits[limit]);
      }
    }
  });

  it('fall when an image costs more of anything', () => {
    const keys = ['workerMs', 'mainMs', 'commitMs', 'bytesRead', 'filesSynced'] as const;
    for (const [cost, machine] of cases) {
      for (const key of keys) {
        const dearer = { ...cost, [key]: 2 * cost[key] };
        expect(throughputOf(8, dearer, machine).imagesPerSecond).toBeLessThanOrEqual(
          throughputOf(8, cost, machine).imagesPerSecond,
        );
      }
    }
  });

  it('double with the cores while nothing else limits it', () => {
    const cost = { workerMs: 19, mainMs: 1, commitMs: 0, bytesRead: 1, filesSynced: 1 };
    const machine = { coreBandwidth: 1e9, totalBandwidth: 1e9, filesSyncedPerSecond: 1e6 };
    expect(throughputOf(1, cost, machine).imagesPerSecond).toBeCloseTo(50);
    expect(throughputOf(2, cost, machine).imagesPerSecond).toBeCloseTo(100);
    expect(throughputOf(1000, cost, machine)).toMatchObject({ limit: 'main thread', imagesPerSecond: 1000 });
  });
});

describe('the cores that are needed', () => {
  it('are enough, and one fewer is not', () => {
    for (const [cost, machine] of cases) {
      const wanted = random.uniform(1, 500);
      const found = coresFor(wanted, cost, machine);
      if (found === undefined) {
        expect(throughputOf(1024, cost, machine).imagesPerSecond).toBeLessThan(wanted);
        continue;
      }
      expect(found.imagesPerSecond).toBeGreaterThanOrEqual(wanted);
      if (found.cores > 1)
        expect(throughputOf(found.cores - 1, cost, machine).imagesPerSecond).toBeLessThan(wanted);
    }
  });
});

it('the demand is all images within the hours, plus the headroom', () => {
  expect(demandedRate({ imagesPerDay: 86_400, peakHours: 24, headroom: 0 })).toBe(1);
  expect(demandedRate({ imagesPerDay: 86_400, peakHours: 8, headroom: 0.5 })).toBe(6);
});

it('memory grows with the workers', () => {
  expect(memoryOf(4, { baseBytes: 100, perWorkerBytes: 50 })).toBe(300);
});
