import type { Finding } from './report/schema.js';

/** Ratios that say something on any machine, however busy: both sides meet the same noise. Higher is better. */
const GUARDED = [
  'daemon-of-ideal',
  'int8-of-fp32',
  'onnxruntime-of-tfjs',
  'onnxruntime-of-peak',
  'decode-of-sharp',
];

/** By so much a ratio may be below the recorded one before anybody is told. */
export const MOST_FALL = 0.15;

export interface Comparison {
  readonly id: string;
  readonly title: string;
  readonly recorded: number;
  readonly found: number;
  /** 0.2: a fifth less than recorded. */
  readonly fall: number;
  readonly hasFallen: boolean;
}

export function isGuarded(id: string): boolean {
  return GUARDED.some((beginning) => id === beginning || id.startsWith(`${beginning}/`));
}

/** The ratios that were both recorded and found. */
export function compareRatios(
  recorded: Readonly<Record<string, number>>,
  findings: readonly Finding[],
): Comparison[] {
  return findings.flatMap(({ id, title, value }) => {
    const before = recorded[id];
    if (before === undefined || !isGuarded(id)) return [];
    const fall = 1 - value.median / before;
    return [{ id, title, recorded: before, found: value.median, fall, hasFallen: fall > MOST_FALL }];
  });
}

/** What is to be recorded of a quick bench. */
export function ratiosOf(findings: readonly Finding[]): Record<string, number> {
  return Object.fromEntries(
    findings.filter(({ id }) => isGuarded(id)).map(({ id, value }) => [id, Number(value.median.toFixed(3))]),
  );
}
