/**
 * Milliseconds since 1970: the wall clock at the process's start plus the monotonic time since. Use it for
 * due times; times that people read come from the wall clock.
 */
export function steadyNow(): number {
  return Math.round(performance.timeOrigin + performance.now());
}
