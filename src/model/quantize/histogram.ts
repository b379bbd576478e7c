/** Number of bins: a 256th of the range spans several of them, even when values use only half of one side. */
const BINS = 1 << 14;

/**
 * Counts values in equal bins over [−limit, limit]. When a value is outside, the limit doubles and bins merge
 * in pairs: one pass over the images is enough, and memory does not grow.
 */
export class ValueHistogram {
  #counts = new Float64Array(BINS);
  #limit = 2 ** -10;
  #min = 0;
  #max = 0;
  #total = 0;

  /**
   * The range of the values, always including zero, which must be exact in 8 bits because padding and ReLU
   * produce many zeros.
   */
  get range(): ValueRange {
    return { min: this.#min, max: this.#max };
  }

  /**
   * Counts values.
   * @throws RangeError for values that are not finite
   */
  add(values: Float32Array): void {
    let min = 0;
    let max = 0;
    for (const value of values) {
      if (value < min) min = value;
      else if (value > max) max = value;
    }
    this.#min = Math.min(this.#min, min);
    this.#max = Math.max(this.#max, max);
    this.#widen(Math.max(-min, max));
    this.#count(values);
  }

  /**
   * The range that contains the share `share` of all values, cut evenly at both ends; never wider than the
   * values.
   */
  quantiles(share: number): ValueRange {
    const cut = (1 - share) * this.#total;
    const width = (2 * this.#limit) / BINS;
    let low = 0;
    for (let sum = this.#at(0); sum <= cut && low < BINS / 2; sum += this.#at(low)) low++;
    let high = BINS - 1;
    for (let sum = this.#at(high); sum <= cut && high >= BINS / 2; sum += this.#at(high)) high--;
    return {
      min: Math.max(this.#min, -this.#limit + low * width),
      max: Math.min(this.#max, -this.#limit + (high + 1) * width),
    };
  }

  /** Sum of squared errors of storing every value in 255 steps between `min` and `max`. */
  squaredError({ min, max }: ValueRange): number {
    const width = (2 * this.#limit) / BINS;
    const rounding = ((max - min) / 255) ** 2 / 12;
    let sum = 0;
    for (let bin = 0; bin < BINS; bin++) {
      const count = this.#at(bin);
      if (count === 0) continue;
      const value = -this.#limit + (bin + 0.5) * width;
      const beyond = value > max ? value - max : value < min ? min - value : 0;
      sum += count * (beyond > 0 ? beyond ** 2 : rounding);
    }
    return sum;
  }

  #widen(largest: number): void {
    if (!Number.isFinite(largest)) throw new RangeError('an activation is not a finite number');
    while (largest > this.#limit) {
      const merged = new Float64Array(BINS);
      for (let bin = 0; bin < BINS / 2; bin++)
        merged[BINS / 4 + bin] = this.#at(2 * bin) + this.#at(2 * bin + 1);
      this.#counts = merged;
      this.#limit *= 2;
    }
  }

  #count(values: Float32Array): void {
    const counts = this.#counts;
    const perUnit = BINS / (2 * this.#limit);
    for (const value of values) {
      const bin = Math.min(BINS - 1, Math.floor((value + this.#limit) * perUnit));
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    this.#total += values.length;
  }

  #at(bin: number): number {
    return this.#counts[bin] ?? 0;
  }
}

export interface ValueRange {
  readonly min: number;
  readonly max: number;
}
