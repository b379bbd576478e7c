/** The clock that runs are planned by, and its timers; tests replace it. */
export interface PlanClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `work` once, after `ms` milliseconds, unless the returned function is called first. */
  after(ms: number, work: () => unknown): () => void;
}

export const systemClock: PlanClock = {
  now: () => Date.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};
