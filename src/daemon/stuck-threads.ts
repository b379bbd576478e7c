import type { Telemetry } from '../telemetry/telemetry.js';

export interface StuckThreadsOptions {
  readonly telemetry: Pick<Telemetry, 'workerStuck'>;
  /** Called when native code holds all workers of a pool: only a new process can continue. */
  readonly onHopeless: () => void;
}

/**
 * Worker threads that were given up and that native code still holds. A process with such a thread cannot end
 * by itself.
 */
export class StuckThreads {
  readonly #options: StuckThreadsOptions;
  #count = 0;

  constructor(options: StuckThreadsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#count;
  }

  /** Counts a thread of a pool with `workers` workers until `whenEnded` resolves. */
  add(whenEnded: Promise<void>, workers: number): void {
    this.#count += 1;
    this.#options.telemetry.workerStuck({ stuck: this.#count });
    void whenEnded.then(() => (this.#count -= 1));
    if (this.#count >= workers) this.#options.onHopeless();
  }
}
