import type { MetricSample } from '../../telemetry/parse-metrics.js';

/** A Prometheus histogram: observations up to each bound, by bound, the last one infinite. */
export interface MetricHistogram {
  readonly sum: number;
  readonly count: number;
  /** Ascending bounds with the observations at or below each. */
  readonly buckets: readonly { readonly bound: number; readonly count: number }[];
}

export const EMPTY: MetricHistogram = { sum: 0, count: 0, buckets: [] };

/** The histograms of one name, by the value of `label`. */
export function histogramsBy(
  samples: readonly MetricSample[],
  name: string,
  keyOf: (labels: MetricSample['labels']) => string,
): ReadonlyMap<string, MetricHistogram> {
  const parts = samples.filter((sample) => sample.name.startsWith(`${name}_`));
  const keys = new Set(parts.map(({ labels }) => keyOf(labels)));
  return new Map(
    [...keys].map((key) => {
      const own = parts.filter(({ labels }) => keyOf(labels) === key);
      const valueOf = (suffix: string): number =>
        own.find((sample) => sample.name === `${name}_${suffix}`)?.value ?? 0;
      const buckets = own
        .filter((sample) => sample.name === `${name}_bucket`)
        .map(({ labels, value }) => ({ bound: boundOf(labels['le']), count: value }))
        .sort((a, b) => a.bound - b.bound);
      return [key, { sum: valueOf('sum'), count: valueOf('count'), buckets }];
    }),
  );
}

/** What was observed between two polls; `undefined` stands for the time before the daemon's start. */
export function difference(now: MetricHistogram, before: MetricHistogram | undefined): MetricHistogram {
  if (!before) return now;
  return {
    sum: now.sum - before.sum,
    count: now.count - before.count,
    buckets: now.buckets.map(({ bound, count }, index) => ({
      bound,
      count: count - (before.buckets[index]?.count ?? 0),
    })),
  };
}

export function mean({ sum, count }: MetricHistogram): number | undefined {
  return count > 0 ? sum / count : undefined;
}

/**
 * The value that a share `q` of the observations does not exceed, as Prometheus' `histogram_quantile`
 * estimates it: evenly spread within a bucket, the first of which begins at 0; in the last one, the highest
 * finite bound.
 */
export function quantile({ count, buckets }: MetricHistogram, q: number): number | undefined {
  if (count <= 0 || buckets.length < 2) return undefined;
  const rank = q * count;
  const index = buckets.findIndex((bucket) => bucket.count >= rank);
  const [below, bucket] = [buckets[index - 1] ?? { bound: 0, count: 0 }, buckets[index]];
  if (!bucket || bucket.bound === Infinity) return buckets.at(-2)?.bound;
  const inside = bucket.count - below.count;
  const share = inside > 0 ? (rank - below.count) / inside : 0;
  return below.bound + (bucket.bound - below.bound) * share;
}

function boundOf(le: string | undefined): number {
  return le === undefined || le === '+Inf' ? Infinity : Number(le);
}
