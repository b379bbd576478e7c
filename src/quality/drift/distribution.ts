import { z } from 'zod';
import { populationStability } from '../../statistics/population-stability.js';
import { countByBins, quantileEdges } from '../../statistics/quantile-bins.js';

/** The usual thresholds 0.1 and 0.25 were established with ten bins. */
const BINS = 10;

const count = z.int().min(0);

/**
 * Distribution of values: counts in bins that contained a tenth of the values each. The outer bins have no
 * outer edge.
 */
export const distributionSchema = z
  .strictObject({ edges: z.array(z.number()), counts: z.array(count).min(1) })
  .refine(({ edges, counts }) => counts.length === edges.length + 1, 'needs one count more than edges')
  .refine(
    ({ edges }) => edges.every((edge, at) => at === 0 || edge > (edges[at - 1] ?? edge)),
    'edges must rise',
  );

/** Number of images by class. */
export const sharesSchema = z.record(z.string(), count);

export type Distribution = z.infer<typeof distributionSchema>;
export type Shares = z.infer<typeof sharesSchema>;

export function distributionOf(values: readonly number[]): Distribution {
  const edges = quantileEdges(values, BINS);
  return { edges, counts: countByBins(values, edges) };
}

export function sharesOf(classes: readonly string[]): Shares {
  const counts = new Map<string, number>();
  for (const name of classes) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort());
}

/** The population stability index of `values` against the reference. */
export function driftOfValues({ edges, counts }: Distribution, values: readonly number[]): number {
  return populationStability(counts, countByBins(values, edges));
}

/** The population stability index of classes; a class that occurs in only one of the two is a bin as well. */
export function driftOfShares(reference: Shares, classes: readonly string[]): number {
  const current = sharesOf(classes);
  const names = [...new Set([...Object.keys(reference), ...Object.keys(current)])];
  const countsOf = (shares: Shares): number[] =>
    names.map((name) => (Object.hasOwn(shares, name) ? (shares[name] ?? 0) : 0));
  return populationStability(countsOf(reference), countsOf(current));
}
