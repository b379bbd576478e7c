/** Images per second over the last minute, for readers of /status; Prometheus has separate counters. */
export class ThroughputMeter {
  readonly #now: () => number;
  /** One count per second of the last minute, by second modulo 60. */
  readonly #counts = new Uint32Array(WINDOW_S);
  readonly #startedS: number;
  #lastS: number;

  /** `now` in milliseconds, from a clock that never goes back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#startedS = this.#lastS = Math.floor(now() / 1000);
  }

  add(images = 1): void {
    const index = this.#advance() % WINDOW_S;
    this.#counts[index] = (this.#counts[index] ?? 0) + images;
  }

  /** Images per second over the last minute, or over the time since the start if that is shorter. */
  perSecond(): number {
    const elapsedS = this.#advance() - this.#startedS + 1;
    const total = this.#counts.reduce((sum, count) => sum + count, 0);
    return total / Math.min(WINDOW_S, elapsedS);
  }

  /** Clears the seconds that have passed without a count, and returns the current one. */
  #advance(): number {
    const nowS = Math.floor(this.#now() / 1000);
    const passed = Math.min(nowS - this.#lastS, WINDOW_S);
    for (let step = 0; step < passed; step += 1) this.#counts[(nowS - step) % WINDOW_S] = 0;
    this.#lastS = nowS;
    return nowS;
  }
}

const WINDOW_S = 60;
