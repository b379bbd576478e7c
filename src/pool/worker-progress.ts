/** Indexes in the shared memory. */
const [STEPS, BEGUN] = [0, 1] as const;

/**
 * Progress of a worker thread, counted by the worker and read by the main thread, also when the worker is
 * stuck or gone.
 */
export class WorkerProgress {
  /** Memory to be shared with the other thread. */
  readonly memory: SharedArrayBuffer;
  readonly #counts: Int32Array;

  private constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#counts = new Int32Array(memory);
  }

  static forNewThread(): WorkerProgress {
    return new WorkerProgress(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  }

  static of(memory: SharedArrayBuffer): WorkerProgress {
    return new WorkerProgress(memory);
  }

  /** Number of files and models that are done: it shows whether a thread is slow or stuck. */
  get steps(): number {
    return Atomics.load(this.#counts, STEPS);
  }

  /** Number of requests begun; they begin in the order in which they were sent. */
  get begun(): number {
    return Atomics.load(this.#counts, BEGUN);
  }

  step(): void {
    Atomics.add(this.#counts, STEPS, 1);
  }

  begin(): void {
    Atomics.add(this.#counts, BEGUN, 1);
  }
}
