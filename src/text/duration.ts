/**
 * Seconds as words: `45 s`, `3 min 20 s`, `2 h 5 min`. Below a minute with `digits` after the point: `4.3 s`.
 */
export function formatDuration(seconds: number, digits = 0): string {
  const below = Math.max(0, seconds).toFixed(digits);
  if (Number(below) < 60) return `${below} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** Seconds in three significant places and one unit: `0.42 ms`, `12.0 ms`, `4.20 s`, `12 min`, `2.1 h`. */
export function formatBrief(seconds: number): string {
  if (seconds < 0.9995) return `${threePlaces(seconds * 1000)} ms`;
  if (seconds < 60) return `${threePlaces(seconds)} s`;
  return seconds < 3600 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** `0.42`, `4.20`, `42.0`, `420`: as many digits as mean something. */
export function threePlaces(value: number): string {
  if (value === 0) return '0';
  if (value < 10) return value.toFixed(2);
  return value < 100 ? value.toFixed(1) : value.toFixed(0);
}
