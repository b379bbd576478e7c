import { Presets, SingleBar } from 'cli-progress';
import { formatDuration } from '../text/duration.js';
import { printable, type Terminal } from './output.js';

export interface ProgressOptions {
  readonly terminal: Terminal;
  /** The activity: `Generating`. */
  readonly label: string;
  readonly total: number;
  /** Done before, by an earlier run or bar: it counts, but not for the rate. */
  readonly initial?: number;
  /** The counted unit: `images`. */
  readonly unit: string;
  /** Between two plain lines. */
  readonly intervalMs?: number;
  /** Milliseconds, from a clock that never goes back. */
  readonly now?: () => number;
}

export interface ProgressBar {
  /** `note` is a few words about the latest, for instance a loss. */
  update(done: number, note?: string): void;
  /** Ends the bar's line. To be called in any case. */
  finish(): void;
}

/**
 * Progress with rate and time left, on standard error: a bar on a terminal; elsewhere (a log, CI) a plain
 * line every few seconds, because a bar's carriage returns are noise there.
 */
export function startProgress(options: ProgressOptions): ProgressBar {
  const pace = new Pace(options.total, options.initial ?? 0, options.now ?? (() => performance.now()));
  return options.terminal.err.isTTY === true ? bar(options, pace) : lines(options, pace);
}

function bar({ terminal, label, total, unit }: ProgressOptions, pace: Pace): ProgressBar {
  const single = new SingleBar(
    {
      format: `${label} {bar} {percentage} % | {value}/{total} ${unit} | {pace}{note}`,
      stream: terminal.err,
      hideCursor: true,
      // A command that is interrupted ends its bar itself; another listener per bar would only be in the way.
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
  single.start(total, 0, { pace: '', note: '' });
  return {
    update(done, note) {
      single.update(done, { pace: pace.at(done, unit), note: noteText(note) });
    },
    finish: () => single.stop(),
  };
}

function lines(
  { terminal, label, total, unit, intervalMs = 5000, now }: ProgressOptions,
  pace: Pace,
): ProgressBar {
  const clock = now ?? ((): number => performance.now());
  let printedAt = clock();
  return {
    update(done, note) {
      const isDue = clock() - printedAt >= intervalMs;
      if (!isDue && done !== total) return;
      printedAt = clock();
      const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
      terminal.err.write(
        `${label}: ${done}/${total} ${unit} (${percent} %), ${pace.at(done, unit)}${noteText(note)}\n`,
      );
    },
    finish: () => undefined,
  };
}

function noteText(note: string | undefined): string {
  return note === undefined ? '' : ` | ${printable(note)}`;
}

/** Rate and time left, from everything done so far: steadier than the last second's. */
class Pace {
  readonly #total: number;
  readonly #initial: number;
  readonly #now: () => number;
  readonly #startedAt: number;

  constructor(total: number, initial: number, now: () => number) {
    this.#total = total;
    this.#initial = initial;
    this.#now = now;
    this.#startedAt = now();
  }

  at(done: number, unit: string): string {
    const elapsed = (this.#now() - this.#startedAt) / 1000;
    if (done <= this.#initial || elapsed <= 0) return `– ${unit}/s`;
    const rate = (done - this.#initial) / elapsed;
    const left =
      done >= this.#total ? formatDuration(elapsed) : `${formatDuration((this.#total - done) / rate)} left`;
    return `${rate >= 10 ? rate.toFixed(0) : rate.toFixed(1)} ${unit}/s, ${left}`;
  }
}
