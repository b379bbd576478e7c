import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/**
 * Seeded randomness. A stream is named by a path such as `(seed, 'red-cells', index)`; streams of different
 * paths are independent, so a change in how many numbers one part of the picture draws never moves another
 * part.
 */
export class Random {
  readonly #generator: RandomGenerator;

  constructor(...path: readonly (number | string)[]) {
    this.#generator = xoroshiro128plusFromState(stateOf(path));
  }

  /** Uniform in [from, to). */
  uniform(from = 0, to = 1): number {
    return from + ((this.#generator.next() >>> 0) / 0x1_0000_0000) * (to - from);
  }

  /** Integer, uniform in [from, to], both included. */
  integer(from: number, to: number): number {
    return Math.min(to, Math.floor(this.uniform(from, to + 1)));
  }

  /** Normal by Box-Muller, cut at three deviations so that no parameter leaves its range of sense. */
  normal(mean = 0, deviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const value = radius * Math.cos(2 * Math.PI * this.uniform());
    return mean + deviation * Math.min(3, Math.max(-3, value));
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  angle(): number {
    return this.uniform(0, 2 * Math.PI);
  }
}

/**
 * Four 32-bit words from a path, by MurmurHash3's mixing steps: neighbouring seeds and indices share nothing.
 */
function stateOf(path: readonly (number | string)[]): number[] {
  const words = path.flatMap(wordsOf);
  return [0x9e3779b9, 0x7f4a7c15, 0x85ebca6b, 0xc2b2ae35].map((lane) => {
    let hash = lane;
    for (const word of words) hash = scramble(hash ^ scramble(word));
    return scramble(hash ^ words.length);
  });
}

function wordsOf(part: number | string): number[] {
  if (typeof part === 'number') return [part >>> 0, Math.floor(part / 0x1_0000_0000) >>> 0];
  return Array.from(part, (character) => character.codePointAt(0) ?? 0);
}

function scramble(word: number): number {
  let hash = (word + 0x6d2b79f5) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A copy in random order (Fisher and Yates). */
export function shuffle<T>(items: readonly T[], random: Random): T[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = random.integer(0, last);
    [shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
  }
  return shuffled;
}
