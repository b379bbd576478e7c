import type { EvaluatedModel, Metrics } from '../metrics.js';
import type { PicturedMistake } from './thumbnails.js';
import type { IterationPoint } from './read-history.js';

/** Everything that a report is made from; rendering reads nothing else. */
export interface ReportInput {
  readonly metrics: Metrics;
  /** Training iterations by `name@version`; absent if the registry has no history of the model. */
  readonly histories: ReadonlyMap<string, readonly IterationPoint[]>;
  /** Wrongly classified images, worst first. */
  readonly mistakes: readonly PicturedMistake[];
}

/** The reference to a model, `name@version`, in comparisons, gates, histories and answers. */
export function referenceOf({ name, version }: Pick<EvaluatedModel, 'name' | 'version'>): string {
  return `${name}@${version}`;
}

/** The class that must not be missed, and the specificity at which its sensitivity is reported. */
export const SOUGHT = { class: 'abnormal-monocyte', specificity: 0.95 } as const;
