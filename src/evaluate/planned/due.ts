import type { ScheduleConfig } from '../../config/schema.js';
import { idOf, type PlannedRun } from './run-log.js';

/** A timer that fires later than this was delayed: the computer slept, or its clock was set. */
const ON_TIME_MS = 5 * 60_000;

export interface Due {
  /** Planned times that have passed without a decision, ascending, in milliseconds since 1970. */
  readonly times: readonly number[];
  readonly nowMs: number;
  /** Id of the run that is in progress, or that continues now. */
  readonly busyWith: string | undefined;
  readonly missed: ScheduleConfig['missed'];
}

export interface DueRuns {
  /** The run to start now. */
  readonly run: PlannedRun | undefined;
  /** All other times, with the reason why they are not run. */
  readonly notRun: readonly PlannedRun[];
}

/**
 * Decides what happens at planned times. The newest is run when it is on time, or to make up for missed ones,
 * unless a run is in progress. A time that comes during a run is skipped; a time at which no daemon ran is
 * missed.
 */
export function decideOn({ times, nowMs, busyWith, missed }: Due): DueRuns {
  const newest = times.at(-1);
  if (newest === undefined) return { run: undefined, notRun: [] };
  const isOnTime = nowMs - newest <= ON_TIME_MS;
  const isRun = busyWith === undefined && (isOnTime || missed === 'make-up');
  const others = isRun ? times.slice(0, -1) : times;
  const notRun = others.map((timeMs): PlannedRun => {
    if (busyWith === undefined)
      return { ...planned(timeMs, 'missed'), reason: 'No daemon was running at that time.' };
    if (isOnTime && timeMs === newest) {
      return { ...planned(timeMs, 'skipped'), reason: `The run ${busyWith} was still under way.` };
    }
    return { ...planned(timeMs, 'missed'), reason: `The run ${busyWith} continues instead.` };
  });
  return { run: isRun ? { ...planned(newest, 'running'), madeUp: !isOnTime } : undefined, notRun };
}

function planned(timeMs: number, outcome: PlannedRun['outcome']): PlannedRun {
  return {
    id: idOf(timeMs),
    plannedAt: new Date(timeMs).toISOString(),
    outcome,
    madeUp: false,
    attempts: 0,
  };
}
