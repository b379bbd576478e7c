import { setImmediate } from 'node:timers/promises';
import type { PlanClock } from '../../../src/evaluate/planned/clock.js';

interface Timer {
  readonly atMs: number;
  readonly work: () => unknown;
}

/** Time that passes when a test advances it: every timer fires at its moment, in order. */
export class SimulatedClock implements PlanClock {
  /** Awaited after each timer. */
  settled: () => Promise<unknown> = () => Promise.resolve();
  #nowMs: number;
  readonly #timers = new Set<Timer>();

  constructor(start: string) {
    this.#nowMs = Date.parse(start);
  }

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, work: () => unknown): () => void {
    const timer = { atMs: this.#nowMs + ms, work };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Resolves after `ms` milliseconds of simulated time. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  async until(moment: string): Promise<void> {
    const endMs = Date.parse(moment);
    for (;;) {
      const due = [...this.#timers].filter(({ atMs }) => atMs <= endMs);
      const [next] = due.sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      await next.work();
      await this.#settle();
    }
    this.#nowMs = endMs;
    await this.#settle();
  }

  /** Moves the clock without firing timers, as if the computer had slept or its clock had been set. */
  jumpTo(moment: string): void {
    this.#nowMs = Date.parse(moment);
  }

  forgetTimers(): void {
    this.#timers.clear();
  }

  async #settle(): Promise<void> {
    for (let round = 0; round < 3; round += 1) {
      await setImmediate();
      await this.settled();
    }
  }
}
