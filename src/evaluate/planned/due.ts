import type { ScheduleConfig } from '../../config/schema.js';
import { idOf, type PlannedRun } from './run-log.js';

/** A timer that fires so late is no run on time: the computer slept, or its clock was set. */
const ON_TIME_MS = 5 * 60_000;

export interface Due {
  /** Planned times that have come and are not decided on, ascending, in milliseconds since 1970. */
  readonly times: readonly number[];
  readonly nowMs: number;
  /** The run that is under way, or that goes on now. */
  readonly busyWith: string | undefined;
  readonly missed: ScheduleConfig['missed'];
}

export interface DueRuns {
  /** To be run now. */
  readonly run: PlannedRun | undefined;
  /** Of all other times, why they are not run. */
  readonly notRun: readonly PlannedRun[];
}

/**
 * What becomes of planned times: the newest is run when it is on time, or to make up for those that were
 * missed, unless a run is under way. A time that comes while one is under way is skipped; one that nobody was
 * there for is missed.
 */
export function decideOn({ times, nowMs, busyWith, missed }: Due): DueRuns {
  const newest = times.at(-1);
  if (newest === undefined) return { run: undefined, notRun: [] };
  const isOnTime = nowMs - newest <= ON_TIME_MS;
  const isRun = busyWith === undefined && (isOnTime || missed === 'make-up');
  const others = isRun ? times.slice(0, -1) : times;
  const notRun = others.map((timeMs): PlannedRun => {
    if (busyWith === undefined) return { ...planned(timeMs, 'missed'), reason: 'No daemon ran at the time.' };
    if (isOnTime && timeMs === newest) {
      return { ...planned(timeMs, 'skipped'), reason: `The run ${busyWith} was still under way.` };
    }
    return { ...planned(timeMs, 'missed'), reason: `The run ${busyWith} goes on instead.` };
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
