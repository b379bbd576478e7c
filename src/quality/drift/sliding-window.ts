/** The newest values, up to a fixed number. */
export class SlidingWindow<T> {
  readonly #size: number;
  #values: T[] = [];
  /** Index of the oldest value, once the window is full. */
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

  /** The values, in no particular order. */
  get values(): readonly T[] {
    return this.#values;
  }
}
