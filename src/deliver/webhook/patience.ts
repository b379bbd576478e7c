/** A signal that fires some time after another one, so that a running operation may finish within a limit. */
export class Patience {
  readonly #controller = new AbortController();
  readonly #begun: AbortSignal;
  readonly #begin: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(begun: AbortSignal, patienceMs: number) {
    this.#begun = begun;
    this.#begin = () => {
      this.#timer = setTimeout(() => this.#controller.abort(), patienceMs);
    };
    if (begun.aborted) this.#begin();
    else begun.addEventListener('abort', this.#begin, { once: true });
  }

  get ended(): AbortSignal {
    return this.#controller.signal;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#begun.removeEventListener('abort', this.#begin);
  }
}
