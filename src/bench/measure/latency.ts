import { copyFile, mkdtemp, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DaemonLogLine } from '../../daemon/spawn-daemon.js';
import type { BenchContext, RoundSamples, SampleOf } from '../context.js';
import { whenWorkedOff, withDaemon } from '../daemon/with-daemon.js';
import { withLanes, type MeasuredLanes } from '../lanes/lanes.js';
import type { ImageSetup } from '../lanes/protocol.js';
import { modelsOf } from '../prepare/material.js';
import { PRECISIONS, type Precision } from '../parts.js';
import { median, percentile } from '../statistics.js';

/** Pause between two images, longer than an image takes, so that none waits for another one. */
const PAUSE_MS = 300;
const QUIET_MS = 200;

/**
 * Measures the time from settled to recorded, from the daemon's log, when images come one at a time, and the
 * time of decoding and both networks for one image alone. The same number of images precedes those that
 * count: within the first fifteen quiet seconds V8 frees the memory of the start, which delays an image by 5
 * to 18 ms.
 */
export async function measureLatency(context: BenchContext): Promise<RoundSamples> {
  const [format] = context.plan.formats;
  if (format === undefined) return {};
  const images = context.plan.latencyImages;
  const files = (context.material.images.get(format)?.files ?? []).slice(0, 2 * images);
  const latency: SampleOf<'latency'>[] = [];
  for (const precision of PRECISIONS) {
    const bare = await bareImages(context, files, precision);
    const times = (await trickle(context, files, precision)).slice(-images);
    const figures = {
      bareMs: median(bare.durationsMs),
      medianMs: median(times),
      p99Ms: percentile(times, 0.99),
      worstMs: Math.max(...times),
    };
    context.say(
      `Latency, ${format} ${precision}: median ${figures.medianMs.toFixed(0)} ms, ` +
        `p99 ${figures.p99Ms.toFixed(0)} ms; bare ${figures.bareMs.toFixed(0)} ms`,
    );
    latency.push({ of: { format, models: 'both', precision }, figures });
  }
  return { latency };
}

function bareImages(
  { plan, material, compiled, signal }: BenchContext,
  files: readonly string[],
  precision: Precision,
): Promise<MeasuredLanes> {
  const models = modelsOf(material, 'both', precision).map(
    ({ file, classes }) => ({ engine: 'onnxruntime', file, classes, kernels: plan.kernels }) as const,
  );
  const setup: ImageSetup = { kind: 'image', files, models, decoder: plan.decoder };
  const workerFile = new URL('bench/lanes/worker.js', compiled);
  return withLanes([setup], { workerFile, signal }, (lanes) => lanes.measure(plan.seconds));
}

/** Feeds the images one at a time. Returns the milliseconds of each image. */
async function trickle(
  context: BenchContext,
  files: readonly string[],
  precision: Precision,
): Promise<number[]> {
  const { folder, material, signal } = context;
  const images = await mkdtemp(join(folder, 'trickle-'));
  const times: number[] = [];
  const onLine = ({ msg, latencyMs }: DaemonLogLine): void => {
    if (msg === 'Image recorded' && typeof latencyMs === 'number') times.push(latencyMs);
  };
  const models = modelsOf(material, 'both', precision);
  const setup = { images, models, log: 'debug', quietMs: QUIET_MS } as const;
  await withDaemon(context, setup, { onLine }, async ({ daemon }) => {
    for (const file of files) {
      // Copied under another name and then renamed, so that it is complete at once, as with a careful
      // scanner.
      await copyFile(file, join(images, '.next'));
      await rename(join(images, '.next'), join(images, basename(file)));
      await delay(PAUSE_MS, undefined, { signal });
    }
    await whenWorkedOff(daemon, files.length, { signal });
    // The log is written with a delay.
    while (times.length < files.length) await delay(PAUSE_MS, undefined, { signal });
  });
  return times;
}
