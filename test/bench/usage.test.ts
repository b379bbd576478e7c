import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseCpuList } from '../../src/bench/daemon/affinity.js';
import { usageOf } from '../../src/bench/daemon/usage.js';

describe.runIf(existsSync('/proc/self/stat'))('the resource use of a process', () => {
  it('agrees with Node’s own figures', () => {
    const before = usageOf(process.pid)!;
    const cpuBefore = process.cpuUsage();
    while (process.cpuUsage(cpuBefore).user < 200_000) Math.sqrt(Math.random());
    const after = usageOf(process.pid)!;
    const { user, system } = process.cpuUsage(cpuBefore);
    // Counted in hundredths of a second.
    expect(Math.abs(after.cpuMs - before.cpuMs - (user + system) / 1000)).toBeLessThan(50);
    expect(after.mainCpuMs - before.mainCpuMs).toBeGreaterThan(100);
    expect(after.residentBytes / process.memoryUsage.rss()).toBeCloseTo(1, 0);
    expect(after.peakBytes).toBeGreaterThanOrEqual(after.residentBytes);
  });

  it('is undefined for a process that has ended', () => {
    expect(usageOf(2 ** 22 + 1)).toBeUndefined();
  });
});

it.each([
  ['0-3', [0, 1, 2, 3]],
  ['0,2-3', [0, 2, 3]],
  ['5', [5]],
  ['', []],
])('the cores %j are %j', (list, cores) => {
  expect(parseCpuList(list)).toEqual(cores);
});
