import { Cron } from 'croner';

/** When runs are planned: five cron fields, read in a time zone. */
export interface Timetable {
  readonly cron: string;
  /** IANA name: `Europe/Berlin`. */
  readonly timeZone: string;
}

/**
 * Planned times, in milliseconds since 1970. If a clock change skips a time, its run is shifted by the change
 * (02:30 becomes 03:30); a time that occurs twice is planned once, the first time.
 */
export class CronTimes {
  readonly #cron: Cron;

  /** Expects both values to be valid: `config/schedule-checks.ts` has checked them. */
  constructor({ cron, timeZone }: Timetable) {
    this.#cron = new Cron(cron, { timezone: timeZone, mode: '5-part', paused: true });
  }

  /** The first planned time after a moment; undefined when the fields match no date (30 February). */
  nextAfter(ms: number): number | undefined {
    return this.#cron.nextRun(new Date(ms))?.getTime();
  }

  /**
   * Planned times after `afterMs`, up to and including `untilMs`: all of them, or the newest `max` if there
   * are more.
   */
  between(afterMs: number, untilMs: number, max = 20): number[] {
    const times: number[] = [];
    let next = this.nextAfter(afterMs);
    while (next !== undefined && next <= untilMs && times.length < max) {
      times.push(next);
      next = this.nextAfter(next);
    }
    if (next === undefined || next > untilMs) return times;
    // One second later, because the reference itself does not count.
    const newest = this.#cron.previousRuns(max, new Date(untilMs + 1000)).map((date) => date.getTime());
    return newest.filter((ms) => ms <= untilMs && ms > afterMs).reverse();
  }
}
