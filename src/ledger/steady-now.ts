/**
 * Milliseconds since 1970 as the process's start had it, and from then on by a clock that nobody sets: for
 * what is due some time later. Times that people read are the wall clock's.
 */
export function steadyNow(): number {
  return Math.round(performance.timeOrigin + performance.now());
}
