import type { Finding } from '../../src/bench/report/schema.js';

/**
 * Ratios that say something on any machine, however busy: both sides meet the same noise. Higher is better.
 */
const GUARDED = [
  'daemon-of-ideal',
  'int8-of-fp32',
  'onnxruntime-of-tfjs',
  'onnxruntime-of-peak',
  'decode-of-sharp',
];

/** Greatest fall of a ratio below the recorded one that is not reported. */
export const MOST_FALL = 0.15;

export interface GuardComparison {
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

/** Ratios by their findings' ids. */
export type Ratios = Readonly<Record<string, number>>;

/**
 * What a computer's ratios are compared with: those of its processor, since instruction sets change some of
 * them threefold; of a processor that nothing was recorded of, the lowest of any.
 */
export function expectedOn(
  processor: string,
  recorded: Readonly<Record<string, Ratios>>,
): { ratios: Ratios; isOwn: boolean } {
  const own = recorded[processor];
  if (own !== undefined) return { ratios: own, isOwn: true };
  const lowest: Record<string, number> = {};
  for (const [id, ratio] of Object.values(recorded).flatMap(Object.entries<number>))
    lowest[id] = Math.min(lowest[id] ?? Infinity, ratio);
  return { ratios: lowest, isOwn: false };
}

/** The ratios that were both recorded and found. */
export function compareRatios(recorded: Ratios, findings: readonly Finding[]): GuardComparison[] {
  return findings.flatMap(({ id, title, value }) => {
    const before = recorded[id];
    if (before === undefined || !isGuarded(id)) return [];
    const fall = 1 - value.median / before;
    return [{ id, title, recorded: before, found: value.median, fall, hasFallen: fall > MOST_FALL }];
  });
}

/** Returns the ratios of a quick bench that are recorded. */
export function ratiosOf(findings: readonly Finding[]): Ratios {
  return Object.fromEntries(
    findings.filter(({ id }) => isGuarded(id)).map(({ id, value }) => [id, Number(value.median.toFixed(3))]),
  );
}
