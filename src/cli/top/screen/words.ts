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
