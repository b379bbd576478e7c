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
 * Share of the files after which a daemon is warm. V8 compiles frequent code during the first thousand files,
 * a few seconds of a run of months.
 */
const WARMING_SHARE = 1 / 2;
/**
 * Fewest batches of a figure: results come batch by batch, and with fewer of them one more or less would
 * change the figure noticeably.
 */
const FEWEST_BATCHES = 8;

/**
 * Runs a daemon until it has classified a folder. Images/s count from `ready` to the last result file; steady
 * images/s and processor time leave out the first half and the last batch of each core, during which not all
 * cores are busy. With too few files for that, steady images/s are left out, and processor time counts from
 * `ready`.
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

/** The process's resource use at a moment, in milliseconds since 1970. */
interface Look {
  readonly atMs: number;
  readonly usage: Usage;
}

const LOOK_EVERY_MS = 200;

/**
 * Samples a process's resource use until `working` ends. Reading `/proc` takes a tenth of a millisecond;
 * asking a daemon for its progress would take one per cent of two cores from it, in both processes together.
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

/** A range of finished files, by their number. */
interface DoneRange {
  readonly from: number;
  readonly to: number;
}

/** The steady part of a run; undefined if there are too few files. */
function steadyPart(
  files: number,
  { batch, cores }: { batch: number; cores: number },
): DoneRange | undefined {
  const part = { from: Math.ceil(files * WARMING_SHARE), to: files - batch * cores };
  return part.to - part.from >= FEWEST_BATCHES * batch ? part : undefined;
}

/**
 * Resource use in the steady part, as slopes of lines through all samples: files end a batch at a time, so
 * two samples alone would be off by up to two batches.
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

/** How many of the moments, which are in order, are before another one. */
function countUpTo(times: readonly number[], atMs: number): number {
  const later = times.findIndex((time) => time > atMs);
  return later < 0 ? times.length : later;
}

/**
 * Times at which the results became durable, in order, in milliseconds since 1970: the file is then renamed
 * into place, which changes its status.
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
 * Slope of the line through all results. They come a batch at a time, so the first and the last alone would
 * be off by up to a batch of each core, which for 700 PNGs is a tenth.
 */
function steadyRate(timesMs: readonly number[]): number {
  const counts = timesMs.map((_, index) => index);
  return 1000 * slopeOf(timesMs, counts);
}
