/** The newest values, so many at most. */
export class SlidingWindow<T> {
  readonly #size: number;
  #values: T[] = [];
  /** Where the oldest value lies, once the window is full. */
  #oldest = 0;

  constructor(size: number) {
    this.#size = size;
  }

  get isFull(): boolean {
    return this.#values.length === this.#size;
  }

  get length(): number {
    return this.#values.length;
  }

  add(value: T): void {
    if (!this.isFull) {
      this.#values.push(value);
      return;
    }
    this.#values[this.#oldest] = value;
    this.#oldest = (this.#oldest + 1) % this.#size;
  }

  /** In no order. */
  get values(): readonly T[] {
    return this.#values;
  }
}
