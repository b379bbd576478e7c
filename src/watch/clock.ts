/**
 * The two times the watcher needs. Wall time is only ever compared with a file's modification time (to see
 * that it is old); everything that waits is measured on the monotonic clock, so that a clock that is set does
 * not stop intake.
 */
export interface WatchClock {
  /** Milliseconds since 1970. */
  wallMs(): number;
  /** Milliseconds since some fixed moment; never runs backwards. */
  monotonicMs(): number;
}

export const systemClock: WatchClock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};
