import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sumOfMetric } from '../../telemetry/parse-metrics.js';
import type { BenchContext, SampleOf } from '../context.js';
import type { DaemonSetup } from './daemon-folder.js';
import { slopeOf } from '../statistics.js';
import { usageOf, type Usage } from './usage.js';
import { whenWorkedOff, withDaemon, type MeasuredDaemon } from './with-daemon.js';

export type DaemonFigures = SampleOf<'daemon'>['figures'];

export interface DaemonRun {
  readonly setup: DaemonSetup;
  readonly files: number;
  readonly cores: number;
}

/**
 * Of the files, the share after which a daemon is warm: V8 compiles what it runs often while the first
 * thousand go by, which is over within seconds of months.
 */
const WARMING_SHARE = 1 / 2;
/** Results come batch by batch: over fewer of these, one more or less would decide what a figure comes to. */
const FEWEST_BATCHES = 8;

/**
 * A daemon that works off a folder. Images/s count from `ready` to the last result file; steady images/s, and
 * processor time, leave out the first half and the last batch of each core, with which not all of them have
 * work. With too few files for that, steady images/s are left out, and processor time counts from `ready`.
 */
export function runDaemon(context: BenchContext, { setup, files, cores }: DaemonRun): Promise<DaemonFigures> {
  return withDaemon(context, setup, { cores }, async (running) => {
    const { daemon } = running;
    const steady = steadyPart(files, { batch: context.plan.daemonBatch, cores });
    const looks = await looksAt(daemon.pid, () => whenWorkedOff(daemon, files, context));
    const committing = sumOfMetric(await daemon.metrics(), 'smearwatch_ledger_commit_duration_seconds_sum');
    const times = await resultTimes(running, files);
    return {
      ...rates(running, times, steady),
      commitMsPerImage: (1000 * committing) / files,
      ...usageFigures(looks, times, steady),
    };
  });
}

/** What the process had used at a moment, in milliseconds since 1970. */
interface Look {
  readonly atMs: number;
  readonly usage: Usage;
}

const LOOK_EVERY_MS = 200;

/**
 * Of a process, until `working` ends. What `/proc` says costs a tenth of a millisecond; asking a daemon how
 * far it is would take one per cent of two cores from it, in both processes together.
 */
async function looksAt(pid: number, working: () => Promise<void>): Promise<Look[]> {
  const looks: Look[] = [];
  const look = (): void => {
    const usage = usageOf(pid);
    if (usage) looks.push({ atMs: Date.now(), usage });
  };
  look();
  const timer = setInterval(look, LOOK_EVERY_MS);
  try {
    await working();
  } finally {
    clearInterval(timer);
  }
  look();
  return looks;
}

/** From and up to so many files that are done. */
interface DoneRange {
  readonly from: number;
  readonly to: number;
}

/** Undefined: too few files for one. */
function steadyPart(
  files: number,
  { batch, cores }: { batch: number; cores: number },
): DoneRange | undefined {
  const part = { from: Math.ceil(files * WARMING_SHARE), to: files - batch * cores };
  return part.to - part.from >= FEWEST_BATCHES * batch ? part : undefined;
}

/**
 * Of the steady part, as slopes of lines through all looks: files end a batch at a time, so that two looks
 * alone would be off by up to two batches.
 */
function usageFigures(
  looks: readonly Look[],
  times: readonly number[],
  part: DoneRange | undefined,
): DaemonFigures {
  const withFiles = looks.map((look) => ({ ...look, done: countUpTo(times, look.atMs) }));
  const within = part ? withFiles.filter(({ done }) => done >= part.from && done <= part.to) : withFiles;
  const perMs = (of: (look: (typeof within)[number]) => number): number =>
    slopeOf(
      within.map(({ atMs }) => atMs),
      within.map(of),
    );
  const filesPerMs = perMs(({ done }) => done);
  const last = within.at(-1);
  if (last === undefined || !(filesPerMs > 0)) return {};
  return {
    cpuMsPerImage: perMs(({ usage }) => usage.cpuMs) / filesPerMs,
    mainCpuMsPerImage: perMs(({ usage }) => usage.mainCpuMs) / filesPerMs,
    peakBytes: last.usage.peakBytes,
  };
}

/** How many of the moments, which are in order, lie before another one. */
function countUpTo(times: readonly number[], atMs: number): number {
  const later = times.findIndex((time) => time > atMs);
  return later < 0 ? times.length : later;
}

/**
 * When each result was durable, in order, in milliseconds since 1970: its file is renamed into place then,
 * which changes its status.
 */
async function resultTimes({ files }: MeasuredDaemon, expected: number): Promise<number[]> {
  const names = await readdir(files.results);
  const times = await Promise.all(names.map(async (name) => (await stat(join(files.results, name))).ctimeMs));
  if (times.length !== expected)
    throw new RangeError(`there are ${times.length} result files for ${expected} images`);
  return times.sort((a, b) => a - b);
}

function rates(
  { daemon, startedAtMs }: MeasuredDaemon,
  times: readonly number[],
  steady: DoneRange | undefined,
): DaemonFigures {
  const [first = NaN, last = NaN] = [times[0], times.at(-1)];
  return {
    imagesPerSecond: (1000 * times.length) / (last - daemon.readyAtMs),
    ...(steady && { steadyPerSecond: steadyRate(times.slice(steady.from, steady.to)) }),
    readySeconds: (daemon.readyAtMs - startedAtMs) / 1000,
    firstResultSeconds: (first - startedAtMs) / 1000,
  };
}

/**
 * Of the line through all results: they come a batch at a time, so that the first and the last alone would be
 * off by up to a batch of each core, which of 700 PNGs is a tenth.
 */
function steadyRate(timesMs: readonly number[]): number {
  const counts = timesMs.map((_, index) => index);
  return 1000 * slopeOf(timesMs, counts);
}
