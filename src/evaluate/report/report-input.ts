import type { EvaluatedModel, Metrics } from '../metrics.js';
import type { PicturedMistake } from './thumbnails.js';
import type { IterationPoint } from './read-history.js';

/** Everything that a report is made of; nothing else is read. */
export interface ReportInput {
  readonly metrics: Metrics;
  /**
   * By `name@version`: the iterations of a model's training; absent where the registry has no history of it.
   */
  readonly histories: ReadonlyMap<string, readonly IterationPoint[]>;
  /** Worst first. */
  readonly mistakes: readonly PicturedMistake[];
}

/** `name@version`: what a model is called in comparisons, gates, histories and answers. */
export function referenceOf({ name, version }: Pick<EvaluatedModel, 'name' | 'version'>): string {
  return `${name}@${version}`;
}

/** The class that must not be missed, and the share of the other images that may not be mistaken for it. */
export const SOUGHT = { class: 'abnormal-monocyte', specificity: 0.95 } as const;
