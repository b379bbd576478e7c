import type { Estimate } from '../metrics.js';

/** Shown for a figure that does not exist. */
export const MISSING = '–';

/** A no-break space keeps the number and its sign on one line. */
const PERCENT = '\u00a0%';

/** Formats a figure as `0.932`. A value that only rounds to 1 or 0 is shown as `>0.999` or `<0.001`. */
export function formatFigure(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined) return MISSING;
  const text = value.toFixed(digits);
  const step = 10 ** -digits;
  if (value < 1 && Number(text) === 1) return `>${(1 - step).toFixed(digits)}`;
  if (value > 0 && Number(text) === 0) return `<${step.toFixed(digits)}`;
  return text;
}

/** Formats a share as `93.2 %`; a value that only rounds to 100 % or 0 % is shown as such. */
export function formatPercent(value: number | null | undefined): string {
  if (value === null || value === undefined) return MISSING;
  const text = (value * 100).toFixed(1);
  if (value < 1 && text === '100.0') return `>99.9${PERCENT}`;
  if (value > 0 && text === '0.0') return `<0.1${PERCENT}`;
  return `${text}${PERCENT}`;
}

/** Formats an interval as `0.915–0.945`; empty without an interval. */
export function formatInterval({ low, high }: Estimate, digits = 3): string {
  return low === null || high === null ? '' : `${low.toFixed(digits)}–${high.toFixed(digits)}`;
}

/** Formats an interval of shares as `91.5–94.5 %`. */
export function formatPercentInterval({ low, high }: Estimate): string {
  if (low === null || high === null) return '';
  return `${(low * 100).toFixed(1)}–${(high * 100).toFixed(1)}${PERCENT}`;
}

/** Formats a count with thousands separators: `1,169`. */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US');
}

/** Formats a count with its noun: `1 image`, `1,169 images`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 ? one : many}`;
}

/** Formats an RFC 3339 time as `2026-11-23 03:03:42 UTC`. */
export function formatMoment(moment: string): string {
  return `${new Date(moment).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** Formats a p-value: `p < 0.001`, `p = 0.042`. */
export function formatP(value: number): string {
  return value < 0.001 ? 'p < 0.001' : `p = ${value.toFixed(3)}`;
}
