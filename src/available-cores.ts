import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * How many threads can compute at the same time: the processors that this process may use, and no more than
 * its CPU quota, rounded. Containers and systemd's `CPUQuota=` limit the time on all processors together,
 * which Node 20 does not see.
 * @param root where `/proc` and `/sys` are; for tests
 */
export function availableCores(root = '/'): number {
  return Math.max(1, Math.min(availableParallelism(), Math.round(cpuQuota(root) ?? Infinity)));
}

/**
 * The CPU quota of this process's control group (Linux, v1 or v2), in processors (for example 1.5); undefined
 * without a quota.
 */
export function cpuQuota(root = '/'): number | undefined {
  const groups = lines(join(root, 'proc/self/cgroup')).map(parseGroup);
  const quotas = lines(join(root, 'proc/self/mountinfo')).flatMap((line) => {
    const mount = parseMount(line);
    const group = groups.find(({ controllers }) => controllers.includes(mount?.controller ?? 'none'));
    return mount && group ? quotasOf(root, mount, group.path) : [];
  });
  return quotas.length === 0 ? undefined : Math.min(...quotas);
}

interface Mount {
  /** What the groups below it are of: '' is version 2, which has all controllers. */
  readonly controller: '' | 'cpu';
  /** Group that is mounted: another one than `/` in a container. */
  readonly group: string;
  readonly folder: string;
}

/**
 * `30 24 0:26 /docker/1f /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu`: group, folder, then after a dash type
 * and controllers.
 */
function parseMount(line: string): Mount | undefined {
  const [before = '', after = ''] = line.split(' - ');
  const [, , , group = '', folder = ''] = before.split(' ');
  const [type, , options = ''] = after.split(' ');
  if (type === 'cgroup2') return { controller: '', group, folder };
  const isCpu = type === 'cgroup' && options.split(',').includes('cpu');
  return isCpu ? { controller: 'cpu', group, folder } : undefined;
}

/** `0::/user.slice`, or for version 1 `4:cpu,cpuacct:/docker/1f`. */
function parseGroup(line: string): { controllers: readonly string[]; path: string } {
  const [, controllers = '', ...path] = line.split(':');
  return { controllers: controllers.split(','), path: path.join(':') };
}

/** The quotas of the process's control group and of all its parents: each of them limits the process. */
function quotasOf(root: string, { controller, group, folder }: Mount, path: string): number[] {
  const read = controller === '' ? readMax : readQuota;
  // In a container, a group may be named as seen from outside; then the mounted one is all there is to see.
  const isBelow = group === '/' || path === group || path.startsWith(`${group}/`);
  const below = isBelow ? path.slice(group === '/' ? 0 : group.length) : '';
  const top = join(root, folder);
  const quotas: number[] = [];
  for (let at = join(top, below); at.startsWith(top.replace(/\/$/, '')); at = dirname(at)) {
    const quota = read(at);
    if (quota !== undefined) quotas.push(quota);
    if (dirname(at) === at) break;
  }
  return quotas;
}

/** Version 2: `150000 100000`, or `max 100000` where there is no limit. */
function readMax(folder: string): number | undefined {
  const [quota, period] = (lines(join(folder, 'cpu.max'))[0] ?? '').split(' ').map(Number);
  return ratio(quota, period);
}

/** Version 1: -1 is no limit. */
function readQuota(folder: string): number | undefined {
  const [quota, period] = ['cpu.cfs_quota_us', 'cpu.cfs_period_us'].map((file) =>
    Number(lines(join(folder, file))[0]),
  );
  return ratio(quota, period);
}

function ratio(quota = NaN, period = NaN): number | undefined {
  return quota > 0 && period > 0 ? quota / period : undefined;
}

function lines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch {
    return []; // Another operating system, or no such group.
  }
}
