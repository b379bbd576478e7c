import { quantile } from '../statistics/quantile.js';
import type { Spread } from './report/schema.js';

/** Figures of one measurement in one round: `of` says what was measured, `figures` are numbers by name. */
export interface Sample<Of extends object, Figure extends string> {
  readonly of: Of;
  readonly figures: Readonly<Partial<Record<Figure, number>>>;
}

/** The same measurement over all rounds. */
export interface StatisticsRow<Of extends object, Figure extends string> {
  readonly of: Of;
  readonly figures: Readonly<Partial<Record<Figure, Spread>>>;
}

/** Median, lowest and highest value: with three rounds, anything finer would claim more than was measured. */
export function spreadOf(rounds: readonly number[]): Spread {
  const sorted = Float64Array.from(rounds).sort();
  return {
    median: significant(quantile(sorted, 0.5)),
    low: significant(sorted[0] ?? NaN),
    high: significant(sorted.at(-1) ?? NaN),
    rounds: rounds.map(significant),
  };
}

/** Rate of a warm daemon, if the run was long enough; otherwise from its ready line on. */
export function daemonRate<T>({
  steadyPerSecond,
  imagesPerSecond,
}: Readonly<Partial<Record<'steadyPerSecond' | 'imagesPerSecond', T | undefined>>>): T | undefined {
  return steadyPerSecond ?? imagesPerSecond;
}

export function median(values: ArrayLike<number>): number {
  return percentile(values, 0.5);
}

export function percentile(values: ArrayLike<number>, share: number): number {
  return quantile(Float64Array.from(values).sort(), share);
}

/** Slope of the least-squares line through points; NaN if all points have the same x. */
export function slopeOf(x: readonly number[], y: readonly number[]): number {
  const meanOf = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [meanOf(x), meanOf(y)];
  const products = x.reduce((sum, value, i) => sum + (value - meanX) * ((y[i] ?? NaN) - meanY), 0);
  return products / x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
}

/** Combines samples of the same measurement into one row, in the order of their first occurrence. */
export function rowsOf<Of extends object, Figure extends string>(
  samples: readonly Sample<Of, Figure>[],
): StatisticsRow<Of, Figure>[] {
  const groups = new Map<string, Sample<Of, Figure>[]>();
  for (const sample of samples) {
    const key = JSON.stringify(sample.of);
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const names = Object.keys(first.figures) as Figure[];
    const spreads = names.map((name) => [name, spreadOf(valuesOf(group, name))] as const);
    return [{ of: first.of, figures: Object.fromEntries(spreads) as StatisticsRow<Of, Figure>['figures'] }];
  });
}

function valuesOf<Of extends object, Figure extends string>(
  group: readonly Sample<Of, Figure>[],
  name: Figure,
): number[] {
  return group.flatMap(({ figures }) => figures[name] ?? []);
}

/** Ratio a / b of each round: a machine that is slower in one round slows down both. */
export function ratioOf(a: Spread, b: Spread): Spread {
  return combine([a, b], ([x = NaN, y = NaN]) => x / y);
}

/** Computes a value from several figures, round by round. */
export function combine(spreads: readonly Spread[], compute: (values: number[]) => number): Spread {
  const rounds = Math.min(...spreads.map((spread) => spread.rounds.length));
  return spreadOf(
    Array.from({ length: rounds }, (_, round) =>
      compute(spreads.map((spread) => spread.rounds[round] ?? NaN)),
    ),
  );
}

/**
 * Rounds to six digits, which exceeds the precision of every figure and keeps the file at a tenth of its
 * size.
 */
function significant(value: number): number {
  return Number(value.toPrecision(6));
}
