import type { Sample } from './samples.js';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [below = NaN, above = NaN] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? above : (below + above) / 2;
}

/** What a figure was in the first and last quarter of the samples, as medians. */
export interface Quarters {
  readonly models: string;
  readonly first: number;
  readonly last: number;
}

/** Fewer say nothing of a quarter. */
const FEWEST_SAMPLES = 5;

/** For each set of models by itself, since sets differ in size. Sets that served too rarely are left out. */
export function quartersOf(samples: readonly Sample[], of: (sample: Sample) => number): Quarters[] {
  const start = samples[0]?.minutes ?? 0;
  const length = ((samples.at(-1)?.minutes ?? 0) - start) / 4;
  return [...byModels(samples)].flatMap(([models, own]) => {
    const first = own.filter(({ minutes }) => minutes <= start + length).map(of);
    const last = own.filter(({ minutes }) => minutes >= start + 3 * length).map(of);
    if (Math.min(first.length, last.length) < FEWEST_SAMPLES) return [];
    return [{ models, first: median(first), last: median(last) }];
  });
}

/** Least-squares slope per hour within the sets of models: each has its own level, and all one slope. */
export function slopePerHour(samples: readonly Sample[], of: (sample: Sample) => number): number {
  let [above, below] = [0, 0];
  for (const own of byModels(samples).values()) {
    const [meanX, meanY] = [mean(own.map(({ minutes }) => minutes)), mean(own.map(of))];
    for (const sample of own) {
      above += (sample.minutes - meanX) * (of(sample) - meanY);
      below += (sample.minutes - meanX) ** 2;
    }
  }
  return 60 * (above / below);
}

function byModels(samples: readonly Sample[]): Map<string, Sample[]> {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const group = groups.get(sample.models) ?? [];
    groups.set(sample.models, [...group, sample]);
  }
  return groups;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
