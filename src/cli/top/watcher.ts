import { messageOf } from '../../errors.js';
import { askDaemon, askMetrics } from '../status/ask-daemon.js';
import type { DaemonPlace } from '../status/daemon-place.js';
import { readFigures } from './figures.js';
import { PollHistory } from './history.js';
import { readRecent } from './recent.js';
import type { Away, Seen, View } from './view.js';

const COLUMN_MS = 5000;

/** Asks a daemon again and again, and remembers enough to say how things are going. */
export class Watcher {
  readonly #place: DaemonPlace;
  readonly #history: PollHistory;
  #seen: Seen | undefined;
  #away: Away | undefined;
  /** Time of the last request to the daemon, on the monotonic clock. */
  #askedMs = performance.now();

  constructor(place: DaemonPlace, intervalMs: number) {
    this.#place = place;
    this.#history = new PollHistory(Math.max(COLUMN_MS, intervalMs));
  }

  /**
   * Asks once; `signal` ends it early. @throws SmearwatchError when it does not answer; `view` says so as
   * well
   */
  async ask(signal?: AbortSignal): Promise<void> {
    try {
      this.#seen = await this.#look(signal);
      this.#away = undefined;
    } catch (error) {
      this.#away = { since: this.#away?.since ?? new Date(), reason: messageOf(error) };
      throw error;
    }
  }

  get view(): View {
    const [history, askedMs] = [this.#history, this.#askedMs];
    return {
      seen: this.#seen,
      away: this.#away,
      at: new Date(),
      throughput: {
        now: this.#away ? undefined : history.rate,
        rates: (columns) => history.rates(askedMs, columns),
        columnMs: history.columnMs,
      },
    };
  }

  async #look(signal: AbortSignal | undefined): Promise<Seen> {
    this.#askedMs = performance.now();
    const url = this.#place.url();
    const [report, metrics] = await Promise.all([askDaemon(url, signal), askMetrics(url, signal)]);
    const { startedAt, uptimeSeconds } = report.status;
    const figures = readFigures(metrics);
    this.#history.add({ atMs: this.#askedMs, startedAt, figures });
    return {
      at: new Date(),
      report,
      figures,
      span: this.#history.span(uptimeSeconds),
      recent: await readRecent(this.#place.stateFolder),
    };
  }
}
