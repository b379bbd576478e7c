import { threePlaces } from '../../status/describe.js';

/** Three significant places and a unit: `0.42 ms`, `12.0 ms`, `4.20 s`, `12 min`, `2.1 h`. */
export function formatSeconds(seconds: number | undefined): string {
  if (seconds === undefined) return '–';
  if (seconds < 0.9995) return `${threePlaces(seconds * 1000)} ms`;
  if (seconds < 60) return `${threePlaces(seconds)} s`;
  return seconds < 3600 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** `14:05:09`, in the reader's time zone. */
export function clockTime(date: Date): string {
  return date.toLocaleTimeString('sv-SE');
}

const BARS = '▁▂▃▄▅▆▇█';

/** One column per value, the highest one full. Nothing known is blank; anything above 0 is higher than 0. */
export function sparkline(values: readonly (number | undefined)[]): string {
  const highest = Math.max(...values.map((value) => value ?? 0), Number.MIN_VALUE);
  return values
    .map((value) =>
      value === undefined ? ' ' : (BARS[Math.ceil((value / highest) * (BARS.length - 1))] ?? ' '),
    )
    .join('');
}
