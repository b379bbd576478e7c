import type { EndedFile } from './verdict.js';
import type { PlayedChange } from './world.js';

/** Percentiles of latency in milliseconds. */
export interface Percentiles {
  readonly images: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly longest: number;
}

export interface LatencyReport {
  readonly normal: Percentiles;
  readonly duringSwaps: Percentiles;
}

/** Time after the answer in which the old workers end. */
const AFTERWARDS_MS = 500;

/**
 * A time of each image, up to its result, of those that met a change of the models in it (from the file's
 * writing until the old workers have ended) and of the others.
 */
export function compareLatency(
  files: readonly EndedFile[],
  played: readonly PlayedChange[],
  timeOf: (file: EndedFile) => number,
): LatencyReport {
  const swaps = played.filter(({ change }) => change.kind === 'good' || change.use !== undefined);
  const meetsSwap = (file: EndedFile): boolean =>
    swaps.some(
      ({ writtenAt, answeredAt }) =>
        file.finishedAt - timeOf(file) <= answeredAt + AFTERWARDS_MS && file.finishedAt >= writtenAt,
    );
  const [during, normal]: [number[], number[]] = [[], []];
  for (const file of files) (meetsSwap(file) ? during : normal).push(timeOf(file));
  return { normal: percentilesOf(normal), duringSwaps: percentilesOf(during) };
}

/** From settled, when it is queued, to its durable result. */
export function settledToRecorded({ queuedAt, finishedAt }: EndedFile): number {
  return finishedAt - queuedAt;
}

/** Without the time in the queue, which at full speed is only as long as the queue. */
export function claimedToRecorded(file: EndedFile): number {
  return settledToRecorded(file) - (file.record?.times.queued ?? 0);
}

export function percentilesOf(times: readonly number[]): Percentiles {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  return { images: sorted.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), longest: at(1) };
}
