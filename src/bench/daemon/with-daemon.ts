import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DaemonStatus } from '../../daemon/http/status.js';
import { DaemonProcess, type DaemonLogLine } from '../../daemon/spawn-daemon.js';
import { hasCode, messageOf, SmearwatchError } from '../../errors.js';
import type { BenchContext } from '../context.js';
import { pinnedTo } from './affinity.js';
import { daemonFolder, lastWords, type DaemonFolder, type DaemonSetup } from './daemon-folder.js';

export interface MeasuredDaemon {
  readonly daemon: DaemonProcess;
  readonly files: DaemonFolder;
  /** Start time of the process, in milliseconds since 1970. */
  readonly startedAtMs: number;
}

export interface DaemonOptions {
  /** Folder of an earlier daemon, whose state is used again. Otherwise a new one. */
  readonly folder?: string;
  /** Number of cores that the daemon may use. */
  readonly cores?: number;
  readonly onLine?: (line: DaemonLogLine) => void;
}

/**
 * Interval of status requests. It is long because an answer takes a millisecond of the daemon's time, and
 * more of the bench's.
 */
const ASK_EVERY_MS = 1000;

export interface Asking {
  readonly signal: AbortSignal;
  /** Interval of the requests, in milliseconds. */
  readonly everyMs?: number;
  readonly onStatus?: (status: DaemonStatus) => void;
}

/**
 * Runs `use` with a daemon of the compiled program, and stops it afterwards. Its files stay until the bench
 * ends: for some minutes after many were removed, ext4 is slow to create others (it looks for inodes that
 * were not just deleted), which would slow down the next daemon.
 * @throws SmearwatchError `bench-daemon-failed` with the end of its log
 */
export async function withDaemon<T>(
  { folder, compiled, signal, plan }: BenchContext,
  setup: DaemonSetup,
  { folder: earlier, cores = plan.allCores, onLine }: DaemonOptions,
  use: (running: MeasuredDaemon) => Promise<T>,
): Promise<T> {
  const own = earlier ?? (await mkdtemp(join(folder, 'daemon-')));
  const files = await daemonFolder(own, { kernels: plan.kernels, decoder: plan.decoder, ...setup });
  const launcher = cores === plan.allCores ? [] : pinnedTo(cores);
  if (launcher === undefined) throw new RangeError(`a daemon cannot be limited to ${cores} cores here`);
  const startedAtMs = Date.now();
  const program = new URL('smearwatch.cjs', compiled);
  let daemon: DaemonProcess | undefined;
  try {
    daemon = await DaemonProcess.start({ ...files, signal, launcher, program, ...(onLine && { onLine }) });
    return await use({ daemon, files, startedAtMs });
  } catch (error) {
    signal.throwIfAborted();
    throw await daemonFailed(error, files);
  } finally {
    await daemon?.stop();
  }
}

/**
 * Resolves when `count` files have ended and every result is delivered. @throws SmearwatchError
 * `bench-quarantined`
 */
export async function whenWorkedOff(
  daemon: DaemonProcess,
  files: number,
  { signal, everyMs = ASK_EVERY_MS, onStatus }: Asking,
): Promise<void> {
  for (;;) {
    await delay(everyMs, undefined, { signal });
    const status = await daemon.status();
    onStatus?.(status);
    const { done, quarantined } = status.work;
    if (quarantined > 0) throw imagesQuarantined(quarantined);
    if (done >= files && Object.values(status.outbox).every((waiting) => waiting === 0)) return;
  }
}

function imagesQuarantined(count: number): SmearwatchError {
  return new SmearwatchError('bench-quarantined', `${count} images could not be classified`);
}

async function daemonFailed(error: unknown, files: DaemonFolder): Promise<SmearwatchError> {
  if (hasCode(error, 'bench-quarantined')) return error;
  return new SmearwatchError(
    'bench-daemon-failed',
    `The measured daemon failed: ${messageOf(error)}\n${await lastWords(files)}`,
    { cause: error },
  );
}
