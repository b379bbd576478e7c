import type { Estimate } from '../metrics.js';

/** A figure that does not exist. */
export const MISSING = '–';

/** No line ends between a number and its sign. */
const PERCENT = '\u00a0%';

/** `0.932`. What only rounds to 1 or 0 says so: `>0.999`, `<0.001`. */
export function formatFigure(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined) return MISSING;
  const text = value.toFixed(digits);
  const step = 10 ** -digits;
  if (value < 1 && Number(text) === 1) return `>${(1 - step).toFixed(digits)}`;
  if (value > 0 && Number(text) === 0) return `<${step.toFixed(digits)}`;
  return text;
}

/** `93.2 %`, with the same care at the ends. */
export function formatPercent(value: number | null | undefined): string {
  if (value === null || value === undefined) return MISSING;
  const text = (value * 100).toFixed(1);
  if (value < 1 && text === '100.0') return `>99.9${PERCENT}`;
  if (value > 0 && text === '0.0') return `<0.1${PERCENT}`;
  return `${text}${PERCENT}`;
}

/** `0.915–0.945`; empty where there is no interval. */
export function formatInterval({ low, high }: Estimate, digits = 3): string {
  return low === null || high === null ? '' : `${low.toFixed(digits)}–${high.toFixed(digits)}`;
}

/** `91.5–94.5 %` */
export function formatPercentInterval({ low, high }: Estimate): string {
  if (low === null || high === null) return '';
  return `${(low * 100).toFixed(1)}–${(high * 100).toFixed(1)}${PERCENT}`;
}

/** `1,169` */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 image`, `1,169 images` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 ? one : many}`;
}

/** `2026-11-23 03:03:42 UTC` from RFC 3339. */
export function formatMoment(moment: string): string {
  return `${new Date(moment).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `p < 0.001`, `p = 0.042` */
export function formatP(value: number): string {
  return value < 0.001 ? 'p < 0.001' : `p = ${value.toFixed(3)}`;
}
