import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchContext, SampleOf } from '../context.js';
import type { DaemonSetup } from './daemon-folder.js';
import { sumOfMetric } from './metric.js';
import { usageOf, usedBetween } from './usage.js';
import { whenWorkedOff, withDaemon, type RunningDaemon } from './with-daemon.js';

export type DaemonFigures = SampleOf<'daemon'>['figures'];

export interface DaemonRun {
  readonly setup: DaemonSetup;
  readonly files: number;
  readonly cores: number;
}

/** A daemon that works off a folder. Images/s count from `ready` to the last result file. */
export function runDaemon(context: BenchContext, { setup, files, cores }: DaemonRun): Promise<DaemonFigures> {
  return withDaemon(context, setup, { cores }, async (running) => {
    const { daemon } = running;
    const before = usageOf(daemon.pid);
    await whenWorkedOff(daemon, files, context.signal);
    const after = usageOf(daemon.pid);
    const committing = sumOfMetric(await daemon.metrics(), 'smearwatch_ledger_commit_duration_seconds_sum');
    return {
      ...(await timesOf(running, files)),
      commitMsPerImage: (1000 * committing) / files,
      ...(before && after && usageFigures(usedBetween(before, after), files)),
    };
  });
}

function usageFigures(used: ReturnType<typeof usedBetween>, files: number): DaemonFigures {
  return {
    cpuMsPerImage: used.cpuMs / files,
    mainCpuMsPerImage: used.mainCpuMs / files,
    peakBytes: used.peakBytes,
  };
}

/** A result file is renamed into place once it is durable, and its status changes then. */
async function timesOf(
  { daemon, files, startedAtMs }: RunningDaemon,
  expected: number,
): Promise<DaemonFigures> {
  const names = await readdir(files.results);
  const times = await Promise.all(names.map(async (name) => (await stat(join(files.results, name))).ctimeMs));
  if (times.length !== expected)
    throw new RangeError(`there are ${times.length} result files for ${expected} images`);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  return {
    imagesPerSecond: (1000 * expected) / (last - daemon.readyAtMs),
    readySeconds: (daemon.readyAtMs - startedAtMs) / 1000,
    firstResultSeconds: (first - startedAtMs) / 1000,
  };
}
