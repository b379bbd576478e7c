/** Places in the shared memory. */
const [STEPS, BEGUN] = [0, 1] as const;

/**
 * How far a worker thread has come, counted by it and read by the main thread, also when the thread is stuck
 * or gone.
 */
export class WorkerProgress {
  /** To be shared with the other thread. */
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

  /** Files and models that are done: slow is told from stuck by it. */
  get steps(): number {
    return Atomics.load(this.#counts, STEPS);
  }

  /** Requests that are, or were, in work: they are taken in the order in which they were sent. */
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
