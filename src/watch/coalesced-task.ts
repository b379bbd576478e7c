/**
 * Work that never runs twice at once: requests that arrive while it runs share one more run.
 */
export class CoalescedTask<T> {
  #running: Promise<T> | undefined;
  #next: Promise<T> | undefined;

  /** @param work must not reject. */
  constructor(private readonly work: () => Promise<T>) {}

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  run(): Promise<T> {
    if (this.#running === undefined) return this.#begin();
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.#begin();
    });
    return this.#next;
  }

  /** Resolves when what was asked for so far is done. */
  async idle(): Promise<void> {
    await (this.#next ?? this.#running);
  }

  #begin(): Promise<T> {
    this.#running = this.work().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }
}
