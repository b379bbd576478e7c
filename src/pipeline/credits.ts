/**
 * Bounds what is in flight: an image is claimed only against a credit, which comes back when its work has ended in the
 * ledger. RxJS pushes without asking; this is where it is asked.
 */
export class Credits {
  readonly #capacity: () => number;
  readonly #onReturn: () => void;
  #taken = 0;

  /** `capacity` is asked each time, since a reload may change it. `onReturn` is called when credits come back. */
  constructor(capacity: () => number, onReturn: () => void) {
    this.#capacity = capacity;
    this.#onReturn = onReturn;
  }

  get taken(): number {
    return this.#taken;
  }

  get available(): number {
    return this.#capacity() - this.#taken;
  }

  take(count: number): void {
    this.#taken += count;
  }

  giveBack(count: number): void {
    this.#taken -= count;
    this.#onReturn();
  }
}
