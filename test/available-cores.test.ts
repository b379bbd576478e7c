import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { availableCores, cpuQuota } from '../src/available-cores.js';
import { checkProcessors } from '../src/cli/doctor/computer.js';
import { temporaryFolder } from './fixtures/folders.js';

const V2_MOUNT = '29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate';

/** A root folder with the files that Linux shows of a process's control groups. */
function computer(cgroup: string, mountinfo: string, files: Readonly<Record<string, string>> = {}): string {
  const root = temporaryFolder();
  const all = { 'proc/self/cgroup': cgroup, 'proc/self/mountinfo': mountinfo, ...files };
  for (const [file, content] of Object.entries(all)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), `${content}\n`);
  }
  return root;
}

describe('The CPU quota', () => {
  it.each<[string, number | undefined, () => string]>([
    [
      'of a service (version 2)',
      1.5,
      () =>
        computerOf('0::/system.slice/smearwatch.service', {
          'sys/fs/cgroup/system.slice/smearwatch.service/cpu.max': '150000 100000',
          'sys/fs/cgroup/system.slice/cpu.max': 'max 100000',
        }),
    ],
    [
      'of a slice around it, where that is less',
      2,
      () =>
        computerOf('0::/lab.slice/smearwatch.service', {
          'sys/fs/cgroup/lab.slice/smearwatch.service/cpu.max': '400000 100000',
          'sys/fs/cgroup/lab.slice/cpu.max': '200000 100000',
        }),
    ],
    [
      'of a container with groups of its own',
      0.5,
      () => computerOf('0::/', { 'sys/fs/cgroup/cpu.max': '50000 100000' }),
    ],
    [
      'without a quota (version 2)',
      undefined,
      () => computerOf('0::/', { 'sys/fs/cgroup/cpu.max': 'max 100000' }),
    ],
    ['where there are no files', undefined, () => computerOf('0::/gone')],
    [
      'of a container (version 1)',
      3,
      () =>
        computer(
          '4:memory:/docker/1f\n3:cpu,cpuacct:/docker/1f\n0::/',
          [
            '30 24 0:27 /docker/1f /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory',
            '31 24 0:28 /docker/1f /sys/fs/cgroup/cpu,cpuacct ro master:11 - cgroup cgroup rw,cpu,cpuacct',
          ].join('\n'),
          {
            'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '300000',
            'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000',
          },
        ),
    ],
    [
      'of a service (version 1)',
      2,
      () =>
        computer('3:cpu:/lab', '31 24 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu', {
          'sys/fs/cgroup/cpu/lab/cpu.cfs_quota_us': '100000',
          'sys/fs/cgroup/cpu/lab/cpu.cfs_period_us': '50000',
          'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1',
          'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
        }),
    ],
    [
      'without a quota (version 1)',
      undefined,
      () =>
        computer('3:cpu:/', '31 24 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu', {
          'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1',
          'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
        }),
    ],
    [
      'of a group that is named as seen from outside',
      1,
      () =>
        computer('0::/../other', V2_MOUNT.replace(' / ', ' /docker/1f '), {
          'sys/fs/cgroup/cpu.max': '100000 100000',
        }),
    ],
  ])('%s', (_, quota, root) => {
    expect(cpuQuota(root())).toBe(quota);
  });

  it('is undefined on another operating system', () => {
    expect(cpuQuota(temporaryFolder())).toBeUndefined();
  });
});

describe('The number of cores', () => {
  const all = availableParallelism();
  const withQuota = (max: string): string => computerOf('0::/', { 'sys/fs/cgroup/cpu.max': max });

  it.each([
    ['all of them without a quota', 'max 100000', all],
    ['one with the quota of a third', '33000 100000', 1],
    ['one with a quota of 1.4', '140000 100000', 1],
    ['at most two with a quota of 1.5', '150000 100000', Math.min(2, all)],
    ['all of them with a quota for more', '100000000 100000', all],
  ])('is %s', (_, max, cores) => {
    expect(availableCores(withQuota(max))).toBe(cores);
  });

  it('is what doctor compares the configured workers with', () => {
    const root = withQuota('100000 100000');
    expect(checkProcessors({ workers: 1 }, root)).toMatchObject({
      status: 'ok',
      detail: `${all} ${all === 1 ? 'processor' : 'processors'}; a CPU quota allows the time of 1; 1 worker`,
    });
    expect(checkProcessors({ workers: undefined }, root).status).toBe('ok');
    expect(checkProcessors({ workers: 4 }, root)).toMatchObject({
      status: 'warn',
      fix: expect.stringContaining('Set pool.workers to 1') as string,
    });
  });
});

/** One with version 2 of control groups. */
function computerOf(cgroup: string, files: Readonly<Record<string, string>> = {}): string {
  return computer(cgroup, V2_MOUNT, files);
}
