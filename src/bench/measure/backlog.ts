import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import type { DaemonStatus } from '../../daemon/http/status.js';
import type { DaemonProcess } from '../../daemon/spawn-daemon.js';
import { sumOfMetric } from '../../telemetry/parse-metrics.js';
import type { BenchContext, RoundSamples, SampleOf } from '../context.js';
import { usageOf } from '../daemon/usage.js';
import { whenWorkedOff, withDaemon, type MeasuredDaemon } from '../daemon/with-daemon.js';
import { distinctCopy } from '../prepare/distinct-copy.js';
import type { BenchModel } from '../prepare/models.js';

/** Number of files in the small folder of the comparison. */
const FEW_FILES = 16;
/** Number of files after which two workers have had full batches, whose memory ONNX Runtime keeps. */
const FILES_OF_FULL_BATCHES = 2048;
/**
 * Side of the images. They are small, so that a hundred thousand fit on any disk; finding, queueing and
 * recording a file costs the same as for a large one.
 */
const SIDE = 64;
const WRITTEN_AT_ONCE = 64;
const RESCAN_MS = 2000;
const RESCANS = 3;
const POLL_MS = 100;
/** Interval of the requests, which is the precision of the time of the first result. */
const ASK_EVERY_MS = 200;

type BacklogFigures = SampleOf<'backlog'>['figures'];

/**
 * Measures a folder with many files before the daemon starts, and one with few: the first result, the memory,
 * and the cost of a rescan when all files are known. It uses LeNet-5 on one worker, so that the main thread
 * determines the figures. The memory of a worker is measured separately: the growth by a second worker when
 * both have had full batches.
 */
export async function measureBacklog(context: BenchContext): Promise<RoundSamples> {
  const { plan, round, material, say, skip } = context;
  if (round > 0) return {};
  const [model] = material.models.filter(
    ({ network, precision }) => network === 'lenet5' && precision === 'fp32',
  );
  if (usageOf(process.pid) === undefined || model === undefined) {
    skip('The backlog', 'CPU and memory are read from /proc, which this system does not have');
    return {};
  }
  const workerBytes = await measureWorker(context, model);
  const few = await measureFolder(context, model, FEW_FILES);
  const many = await measureFolder(context, model, plan.backlog);
  const rescanCpuSeconds = await measureRescan(context, model, plan.backlog);
  const backlog: SampleOf<'backlog'>[] = [
    { of: { files: FEW_FILES }, figures: few },
    { of: { files: plan.backlog }, figures: { ...withMain(many, workerBytes), rescanCpuSeconds } },
  ];
  for (const { of, figures } of backlog) {
    const { firstResultSeconds = NaN, peakBytes = NaN } = figures;
    say(
      `${of.files} files waiting: first result after ${firstResultSeconds.toFixed(1)} s, at most ${(peakBytes / 1e6).toFixed(0)} MB`,
    );
  }
  say(`One worker uses ${(workerBytes / 1e6).toFixed(0)} MB`);
  say(`${plan.backlog} known files: ${rescanCpuSeconds.toFixed(2)} s of CPU for a rescan`);
  return { backlog };
}

/** The largest memory of one worker. */
async function measureWorker(context: BenchContext, model: BenchModel): Promise<number> {
  const files = Math.min(FILES_OF_FULL_BATCHES, context.plan.backlog);
  const { peakBytes: one = NaN } = await measureFolder(context, model, files);
  const { peakBytes: two = NaN } = await measureFolder(context, model, files, 2);
  return two - one;
}

function withMain({ peakBytes = NaN, ...figures }: BacklogFigures, workerBytes: number): BacklogFigures {
  return { ...figures, peakBytes, mainBytes: peakBytes - workerBytes };
}

async function measureFolder(
  context: BenchContext,
  model: BenchModel,
  files: number,
  workers = 1,
): Promise<BacklogFigures> {
  const setup = { ...(await setupOf(context, model, files)), workers };
  const folder = join(context.folder, `backlog-${files}-${workers}`);
  await mkdir(folder, { recursive: true });
  return withDaemon(context, setup, { folder }, (running) => workOff(context, running, files));
}

/** Measures a rescan, on the state that `measureFolder` left. */
async function measureRescan(context: BenchContext, model: BenchModel, files: number): Promise<number> {
  const setup = { ...(await setupOf(context, model, files)), workers: 1, rescanIntervalMs: RESCAN_MS };
  const folder = join(context.folder, `backlog-${files}-1`);
  return withDaemon(context, setup, { folder }, ({ daemon }) => rescans(context, daemon));
}

/**
 * Setup of the daemon. Results stay in the ledger: writing a hundred thousand more files would measure the
 * disk.
 */
async function setupOf(
  context: BenchContext,
  model: BenchModel,
  files: number,
): Promise<{ images: string; models: BenchModel[]; deliversFiles: boolean }> {
  const images = join(context.folder, `${files}-small-images`);
  await writeSmallImages(images, files, context.signal);
  return { images, models: [model], deliversFiles: false };
}

async function workOff(
  { signal, say }: BenchContext,
  { daemon, startedAtMs }: MeasuredDaemon,
  files: number,
): Promise<BacklogFigures> {
  const seen: { firstAtMs?: number; allQueuedAtMs?: number } = {};
  let toldAtMs = Date.now();
  const onStatus = ({ work }: DaemonStatus): void => {
    const nowMs = Date.now();
    if (work.done > 0) seen.firstAtMs ??= nowMs;
    if (work.done + work.running + work.queued >= files) seen.allQueuedAtMs ??= nowMs;
    if (nowMs - toldAtMs < 10_000) return;
    toldAtMs = nowMs;
    say(`Backlog: ${work.done} of ${files}`);
  };
  await whenWorkedOff(daemon, files, { signal, everyMs: ASK_EVERY_MS, onStatus });
  const now = Date.now();
  return {
    peakBytes: usageOf(daemon.pid)?.peakBytes ?? NaN,
    firstResultSeconds: ((seen.firstAtMs ?? now) - startedAtMs) / 1000,
    allQueuedSeconds: ((seen.allQueuedAtMs ?? now) - startedAtMs) / 1000,
    imagesPerSecond: (1000 * files) / (now - daemon.readyAtMs),
  };
}

/** CPU seconds of one rescan in which every file is known; other work of an idle daemon is included. */
async function rescans({ signal }: BenchContext, daemon: DaemonProcess): Promise<number> {
  const begun = await nextRescan(daemon, 0, signal);
  const before = usageOf(daemon.pid)?.cpuMs ?? NaN;
  const ended = await nextRescan(daemon, begun + RESCANS - 1, signal);
  const after = usageOf(daemon.pid)?.cpuMs ?? NaN;
  return (after - before) / 1000 / (ended - begun);
}

/** Resolves with the number of finished rescans when it exceeds `seen`. */
async function nextRescan(daemon: DaemonProcess, seen: number, signal: AbortSignal): Promise<number> {
  for (;;) {
    await delay(POLL_MS, undefined, { signal });
    const count = sumOfMetric(await daemon.metrics(), 'smearwatch_rescan_duration_seconds_count');
    if (count > seen) return count;
  }
}

/** Writes the images once, because every round uses the same. */
async function writeSmallImages(folder: string, count: number, signal: AbortSignal): Promise<void> {
  const made = await mkdir(folder, { recursive: true });
  if (made === undefined) return;
  const background = { r: 220, g: 180, b: 200 };
  const jpeg = await sharp({ create: { width: SIDE, height: SIDE, channels: 3, background } })
    .jpeg()
    .toBuffer();
  for (let from = 0; from < count; from += WRITTEN_AT_ONCE) {
    signal.throwIfAborted();
    const some = Array.from({ length: Math.min(WRITTEN_AT_ONCE, count - from) }, (_, at) => from + at);
    await Promise.all(
      some.map((number) => writeFile(join(folder, `${number}.jpg`), distinctCopy(jpeg, 'jpeg', number))),
    );
  }
}
