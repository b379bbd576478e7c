import { workerData } from 'piscina';
import { failureOf } from '../../errors.js';
import { openWork } from './work.js';
import type { LaneReply, LaneRequest, LaneSetup } from './protocol.js';

/** Least number of pieces, even if one takes long. */
const FEWEST_PIECES = 2;

const opening = openWork(workerData as LaneSetup).then(
  (work) => ({ ok: true as const, work }),
  (error: unknown) => ({ ok: false as const, error }),
);

/** Main function of a lane: it repeats its work until the time is up. */
export default async function lane({ seconds, batch }: LaneRequest): Promise<LaneReply> {
  const opened = await opening;
  if (!opened.ok) return failure(opened.error);
  const durations: number[] = [];
  const start = performance.now();
  let now = start;
  try {
    while (durations.length < FEWEST_PIECES || now < start + 1000 * seconds) {
      const before = now;
      await opened.work(batch);
      now = performance.now();
      durations.push(now - before);
      if (seconds === 0) break;
    }
  } catch (error) {
    return failure(error);
  }
  return { kind: 'done', durationsMs: Float64Array.from(durations), seconds: (now - start) / 1000 };
}

function failure(error: unknown): LaneReply {
  return { kind: 'failed', ...failureOf(error, 'bench-lane-failed') };
}
