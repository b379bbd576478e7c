/** Measures the seconds over all processes of a training, and the rate of this one. */
export class TrainingClock {
  readonly #before: number;
  readonly #started = performance.now();
  #images = 0;
  #iterations = 0;

  /** @param before seconds that earlier processes trained */
  constructor(before: number) {
    this.#before = before;
  }

  trained(images: number): void {
    this.#images += images;
    this.#iterations++;
  }

  get seconds(): number {
    return this.#before + this.#elapsed;
  }

  get imagesPerSecond(): number {
    return this.#images / this.#elapsed;
  }

  secondsFor(iterations: number): number {
    return (this.#elapsed / this.#iterations) * iterations;
  }

  get #elapsed(): number {
    return (performance.now() - this.#started) / 1000;
  }
}
