import { quantile } from '../statistics/quantile.js';
import type { Spread } from './report/schema.js';

/** What one round found of one thing: `of` says of what, `figures` are numbers by name. */
export interface Sample<Of extends object, Figure extends string> {
  readonly of: Of;
  readonly figures: Readonly<Partial<Record<Figure, number>>>;
}

/** The same thing over all rounds. */
export interface StatisticsRow<Of extends object, Figure extends string> {
  readonly of: Of;
  readonly figures: Readonly<Partial<Record<Figure, Spread>>>;
}

/** Median, lowest and highest: with three rounds, anything finer would claim more than was measured. */
export function spreadOf(rounds: readonly number[]): Spread {
  const sorted = Float64Array.from(rounds).sort();
  return {
    median: significant(quantile(sorted, 0.5)),
    low: significant(sorted[0] ?? NaN),
    high: significant(sorted.at(-1) ?? NaN),
    rounds: rounds.map(significant),
  };
}

/** Of a warm daemon, where a run was long enough to tell; otherwise from its ready line on. */
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

/**
 * Of the line through points that is nearest to them, by least squares; NaN where they have one place only.
 */
export function slopeOf(x: readonly number[], y: readonly number[]): number {
  const meanOf = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [meanOf(x), meanOf(y)];
  const products = x.reduce((sum, value, i) => sum + (value - meanX) * ((y[i] ?? NaN) - meanY), 0);
  return products / x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
}

/** Samples of the same thing become one row, in the order in which they were first seen. */
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

/** a / b of each round by itself, so that a machine that is slower in one round is so in both. */
export function ratioOf(a: Spread, b: Spread): Spread {
  return combine([a, b], ([x = NaN, y = NaN]) => x / y);
}

/** Something that is computed from several figures, round by round. */
export function combine(spreads: readonly Spread[], compute: (values: number[]) => number): Spread {
  const rounds = Math.min(...spreads.map((spread) => spread.rounds.length));
  return spreadOf(
    Array.from({ length: rounds }, (_, round) =>
      compute(spreads.map((spread) => spread.rounds[round] ?? NaN)),
    ),
  );
}

/** Six digits are more than any of it is worth, and a tenth of the file. */
function significant(value: number): number {
  return Number(value.toPrecision(6));
}
