import type { ScrapedFigures } from './figures.js';

/** The figures of one poll. */
export interface Poll {
  /** Milliseconds, of a clock that never goes back. */
  readonly atMs: number;
  /** When the daemon was started: another start, other counters. */
  readonly startedAt: string;
  readonly figures: ScrapedFigures;
}

/** What rates are computed over. */
export interface Span {
  /** Undefined: since the daemon's start. */
  readonly before: ScrapedFigures | undefined;
  readonly seconds: number;
}

/**
 * Images that were classified within one column of the sparkline, and how many of its seconds were observed.
 */
interface RateColumn {
  images: number;
  seconds: number;
}

/** Long enough for a meaningful p99, short enough to show the present state. */
const SPAN_MS = 60_000;
/** Columns that are kept; a sparkline on a very wide screen. */
const MOST_COLUMNS = 400;

/** The polls of the last minute, and the throughput for as long as a sparkline can show it. */
export class PollHistory {
  readonly columnMs: number;
  #polls: Poll[] = [];
  /** Columns by their time divided by `columnMs`; a missing one was not observed. */
  readonly #columns = new Map<number, RateColumn>();

  /** `columnMs`: the time that one column of the sparkline stands for. */
  constructor(columnMs: number) {
    this.columnMs = columnMs;
  }

  add(poll: Poll): void {
    const last = this.#polls.at(-1);
    if (last?.startedAt !== poll.startedAt) this.#polls = [];
    else this.#count(last, poll);
    this.#polls.push(poll);
    // What remains is at most a minute old, but for one poll: two are needed for a rate.
    while (this.#polls.length > 2 && poll.atMs - (this.#polls[0]?.atMs ?? 0) > SPAN_MS) this.#polls.shift();
  }

  /** Images per second between the last two polls. */
  get rate(): number | undefined {
    const [before, now] = this.#polls.slice(-2);
    if (!before || !now) return undefined;
    return perSecond({ images: imagesBetween(before, now), seconds: (now.atMs - before.atMs) / 1000 });
  }

  /** Images per second, oldest first, the last one of `nowMs`; undefined where nothing is known. */
  rates(nowMs: number, columns: number): (number | undefined)[] {
    const last = Math.floor(nowMs / this.columnMs);
    return Array.from({ length: columns }, (_, index) => {
      const column = this.#columns.get(last - columns + 1 + index);
      return column && perSecond(column);
    });
  }

  /** From the first poll that is at most a minute old, or from the daemon's start while there is only one. */
  span(uptimeSeconds: number): Span {
    const [first, last] = [this.#polls[0], this.#polls.at(-1)];
    if (!first || !last || first === last) return { before: undefined, seconds: uptimeSeconds };
    return { before: first.figures, seconds: (last.atMs - first.atMs) / 1000 };
  }

  #count(before: Poll, now: Poll): void {
    const index = Math.floor(now.atMs / this.columnMs);
    const column = this.#columns.get(index) ?? { images: 0, seconds: 0 };
    column.images += imagesBetween(before, now);
    column.seconds += (now.atMs - before.atMs) / 1000;
    this.#columns.set(index, column);
    for (const old of this.#columns.keys()) if (old <= index - MOST_COLUMNS) this.#columns.delete(old);
  }
}

function imagesBetween(before: Poll, now: Poll): number {
  return Math.max(0, now.figures.classified - before.figures.classified);
}

function perSecond({ images, seconds }: RateColumn): number | undefined {
  return seconds > 0 ? images / seconds : undefined;
}
