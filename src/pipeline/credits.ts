/**
 * Bounds what is in flight: an image is claimed only against a credit, which comes back when its work has ended in the
 * ledger. RxJS pushes without asking; this is where it is asked.
 */
export class Credits {
  readonly #capacity: () => number;
  readonly #onReturn: () => void;
  #taken = 0;
  #isTelling = false;

  /** `capacity` is asked each time, since a reload may change it. `onReturn` is called, soon, when credits came back. */
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
    if (this.#isTelling) return;
    this.#isTelling = true;
    // A batch gives its credits back one by one: told once for all of them, its successors are claimed in one commit.
    queueMicrotask(() => {
      this.#isTelling = false;
      this.#onReturn();
    });
  }
}
