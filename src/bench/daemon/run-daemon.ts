import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchContext, SampleOf } from '../context.js';
import type { DaemonSetup } from './daemon-folder.js';
import { sumOfMetric } from './metric.js';
import { slopeOf } from '../statistics.js';
import { usageOf, type Usage } from './usage.js';
import { whenWorkedOff, withDaemon, type RunningDaemon } from './with-daemon.js';

export type DaemonFigures = SampleOf<'daemon'>['figures'];

export interface DaemonRun {
  readonly setup: DaemonSetup;
  readonly files: number;
  readonly cores: number;
}

/**
 * Of the files, the share after which a daemon is warm: V8 compiles what it runs often while the first thousand go by, which
 * is over within seconds of months.
 */
const WARMING_SHARE = 1 / 2;
/** Results come batch by batch: over fewer of these, one more or less would decide what a figure comes to. */
const FEWEST_BATCHES = 8;

/**
 * A daemon that works off a folder. Images/s count from `ready` to the last result file; steady images/s, and processor time,
 * leave out the first half and the last batch of each core, with which not all of them have work. With too few files for
 * that, steady images/s are left out, and processor time counts from `ready`.
 */
export function runDaemon(context: BenchContext, { setup, files, cores }: DaemonRun): Promise<DaemonFigures> {
  return withDaemon(context, setup, { cores }, async (running) => {
    const { daemon } = running;
    const steady = steadyPart(files, { batch: context.plan.daemonBatch, cores });
    const looks: Look[] = [];
    const look = (done: number): void => {
      const usage = usageOf(daemon.pid);
      if (usage) looks.push({ atMs: performance.now(), done, usage });
    };
    look(0);
    await whenWorkedOff(daemon, files, context.signal, ({ work }) => look(work.done));
    const committing = sumOfMetric(await daemon.metrics(), 'smearwatch_ledger_commit_duration_seconds_sum');
    return {
      ...(await timesOf(running, files, steady)),
      commitMsPerImage: (1000 * committing) / files,
      ...usageFigures(looks, steady),
    };
  });
}

/** What the process had used when so many files were done. */
interface Look {
  readonly atMs: number;
  readonly done: number;
  readonly usage: Usage;
}

/** From and up to so many files that are done. */
interface Part {
  readonly from: number;
  readonly to: number;
}

/** Undefined: too few files for one. */
function steadyPart(files: number, { batch, cores }: { batch: number; cores: number }): Part | undefined {
  const part = { from: Math.ceil(files * WARMING_SHARE), to: files - batch * cores };
  return part.to - part.from >= FEWEST_BATCHES * batch ? part : undefined;
}

/**
 * Of the steady part, as slopes of lines through all looks: files end a batch at a time, so that two looks alone would be off by up to
 * two batches.
 */
function usageFigures(looks: readonly Look[], part: Part | undefined): DaemonFigures {
  const within = part ? looks.filter(({ done }) => done >= part.from && done <= part.to) : looks;
  const times = within.map(({ atMs }) => atMs);
  const perMs = (of: (look: Look) => number): number => slopeOf(times, within.map(of));
  const filesPerMs = perMs(({ done }) => done);
  const last = within.at(-1);
  if (last === undefined || !(filesPerMs > 0)) return {};
  return {
    cpuMsPerImage: perMs(({ usage }) => usage.cpuMs) / filesPerMs,
    mainCpuMsPerImage: perMs(({ usage }) => usage.mainCpuMs) / filesPerMs,
    peakBytes: last.usage.peakBytes,
  };
}

/** A result file is renamed into place once it is durable, and its status changes then. */
async function timesOf(
  { daemon, files, startedAtMs }: RunningDaemon,
  expected: number,
  steady: Part | undefined,
): Promise<DaemonFigures> {
  const names = await readdir(files.results);
  const times = await Promise.all(names.map(async (name) => (await stat(join(files.results, name))).ctimeMs));
  if (times.length !== expected)
    throw new RangeError(`there are ${times.length} result files for ${expected} images`);
  times.sort((a, b) => a - b);
  const [first = NaN, last = NaN] = [times[0], times.at(-1)];
  return {
    imagesPerSecond: (1000 * expected) / (last - daemon.readyAtMs),
    ...(steady && { steadyPerSecond: steadyRate(times.slice(steady.from, steady.to)) }),
    readySeconds: (daemon.readyAtMs - startedAtMs) / 1000,
    firstResultSeconds: (first - startedAtMs) / 1000,
  };
}

/**
 * Of the line through all results: they come a batch at a time, so that the first and the last alone would be off by up to a batch
 * of each core, which of 700 PNGs is a tenth.
 */
function steadyRate(timesMs: readonly number[]): number {
  const counts = timesMs.map((_, index) => index);
  return 1000 * slopeOf(timesMs, counts);
}
