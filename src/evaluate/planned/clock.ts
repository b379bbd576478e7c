/** The time that runs are planned by, and a way to be called later; a test brings its own. */
export interface PlanClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `work` once, after so many milliseconds, unless the returned function is called before. */
  after(ms: number, work: () => unknown): () => void;
}

export const systemClock: PlanClock = {
  now: () => Date.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};
