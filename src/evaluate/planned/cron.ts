import { Cron } from 'croner';

/** When runs are planned: five cron fields, read in a time zone. */
export interface Timetable {
  readonly cron: string;
  /** IANA name: `Europe/Berlin`. */
  readonly timeZone: string;
}

/**
 * Planned times, in milliseconds since 1970. Where a clock change leaves a time out, its run is planned as
 * much later as the clock was set (02:30 becomes 03:30); a time that comes twice is planned once, the first
 * time.
 */
export class CronTimes {
  readonly #cron: Cron;

  /** The configuration's checks have seen both before (`config/schedule-checks.ts`). */
  constructor({ cron, timeZone }: Timetable) {
    this.#cron = new Cron(cron, { timezone: timeZone, mode: '5-part', paused: true });
  }

  /** The first one after a moment; undefined when there never is one (30 February). */
  nextAfter(ms: number): number | undefined {
    return this.#cron.nextRun(new Date(ms))?.getTime();
  }

  /**
   * Those after `afterMs`, up to and including `untilMs`: all of them, or where there are more, the newest
   * `max`.
   */
  between(afterMs: number, untilMs: number, max = 20): number[] {
    const times: number[] = [];
    let next = this.nextAfter(afterMs);
    while (next !== undefined && next <= untilMs && times.length < max) {
      times.push(next);
      next = this.nextAfter(next);
    }
    if (next === undefined || next > untilMs) return times;
    // A second later: the reference itself does not count.
    const newest = this.#cron.previousRuns(max, new Date(untilMs + 1000)).map((date) => date.getTime());
    return newest.filter((ms) => ms <= untilMs && ms > afterMs).reverse();
  }
}
