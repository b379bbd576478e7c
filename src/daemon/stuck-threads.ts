import type { Telemetry } from '../telemetry/telemetry.js';

export interface StuckThreadsOptions {
  readonly telemetry: Pick<Telemetry, 'workerStuck'>;
  /** All workers of a pool are lost to native code: only another process can continue. */
  readonly onHopeless: () => void;
}

/**
 * Worker threads that were given up and are still held by native code. A process that has one cannot end by
 * itself.
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
