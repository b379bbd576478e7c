import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { availableCores, cpuQuota } from '../../available-cores.js';
import { errnoOf, messageOf } from '../../errors.js';
import { formatBytes } from '../output.js';
import { fail, ok, warn, type Check } from './check.js';

/**
 * An estimate: 56,880,515 float32 weights of AlexNet. LeNet-5 and int8 models take far less; working memory
 * for a batch and the daemon itself are the reserve.
 */
const BYTES_PER_WORKER_AND_MODEL = 227_522_060;
const RESERVE_BYTES = 600_000_000;

export interface ComputerNeeds {
  readonly workers?: number | undefined;
  readonly models?: number;
}

/** How many processors there are to compute on, and whether more workers are configured than that. */
export function checkProcessors({ workers }: Pick<ComputerNeeds, 'workers'>, root = '/'): Check {
  const cores = availableCores(root);
  const quota = cpuQuota(root);
  const limit = quota === undefined ? '' : `; a CPU quota allows the time of ${Number(quota.toFixed(2))}`;
  const detail = `${counted(availableParallelism(), 'processor')}${limit}; ${counted(workers ?? cores, 'worker')}`;
  if (workers === undefined || workers <= cores) return ok('processors', detail);
  const fix = `Set pool.workers to ${cores}, or remove it: more workers take memory, and classify no faster.`;
  return warn('processors', detail, fix);
}

export function checkMemory(
  { workers = availableCores(), models = 2 }: ComputerNeeds,
  available: number = availableMemory(),
): Check {
  const needed = workers * models * BYTES_PER_WORKER_AND_MODEL + RESERVE_BYTES;
  const detail =
    `${formatBytes(available)} available; an estimate of ${formatBytes(needed)} needed: ` +
    `${counted(workers, 'worker')} × ${counted(models, 'model')} × 227 MB of weights (AlexNet in float32; LeNet-5 and int8 take less), and 600 MB`;
  const fix = 'Set pool.workers lower, use fewer or int8 models, or add memory.';
  if (needed > available) return fail('memory', detail, fix);
  return needed > 0.8 * available ? warn('memory', detail, fix) : ok('memory', detail);
}

/** What could be had without swapping, within a container's limit. */
function availableMemory(): number {
  const limit = process.constrainedMemory();
  const most = limit > 0 && limit < totalmem() ? limit : totalmem();
  const line = /^MemAvailable:\s+(\d+) kB/m.exec(readProc('/proc/meminfo') ?? '')?.[1];
  return Math.min(most, line === undefined ? freemem() : Number(line) * 1024);
}

/** Native watching takes one inotify watch per folder, and one instance per process. */
export function checkInotify(folders: number, read: (file: string) => string | undefined = readProc): Check {
  const watches = Number(read('/proc/sys/fs/inotify/max_user_watches'));
  const instances = Number(read('/proc/sys/fs/inotify/max_user_instances'));
  if (!Number.isFinite(watches) || !Number.isFinite(instances)) {
    return ok('inotify', 'Not Linux: no such limits');
  }
  const detail = `${folders} folders to watch; the limit is ${watches} watches and ${instances} instances for this user`;
  const fix = (name: string, value: number): string =>
    `sudo sysctl fs.inotify.${name}=${value} (and in /etc/sysctl.d/ to keep it), or "watch: polling". Rescans find files in any case.`;
  if (folders > watches) return fail('inotify', detail, fix('max_user_watches', folders * 4));
  if (folders > watches / 2) return warn('inotify', detail, fix('max_user_watches', folders * 4));
  return instances < 16 ? warn('inotify', detail, fix('max_user_instances', 128)) : ok('inotify', detail);
}

export function checkOpenFiles(limits: string | undefined = readProc('/proc/self/limits')): Check {
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits ?? '')?.[1];
  if (soft === undefined || soft === 'unlimited') return ok('open files', 'No limit is known');
  const detail = `At most ${soft} open files`;
  if (Number(soft) >= 1024) return ok('open files', detail);
  return warn('open files', detail, 'ulimit -n 4096, or LimitNOFILE=4096 in the systemd unit.');
}

/** A clock that is behind the installation itself is wrong; results would carry wrong times. */
export function checkClock(now: number = Date.now()): Check {
  const installedAt = statSync(fileURLToPath(import.meta.url)).mtimeMs;
  const detail = `It is ${new Date(now).toISOString()}`;
  if (now < installedAt - 60_000) {
    return fail(
      'clock',
      `${detail}, before Smearwatch was installed`,
      'Set the clock, and let NTP keep it right.',
    );
  }
  return ok('clock', detail);
}

/** Whether the HTTP port can be had. A daemon that already runs has it. */
export async function checkPort(host: string, port: number): Promise<Check> {
  const error = await tryToListen(host, port);
  if (error === undefined)
    return ok('http', port === 0 ? `${host}, on a free port` : `${host} port ${port} is free`);
  if (errnoOf(error) === 'EADDRINUSE') {
    const detail = `${host} port ${port} is in use`;
    return warn(
      'http',
      detail,
      'If it is not this daemon that is running already, choose another http.port.',
    );
  }
  return fail('http', `${host} port ${port}: ${messageOf(error)}`, 'Correct http.host and http.port.');
}

function tryToListen(host: string, port: number): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function readProc(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // Another operating system.
  }
}
