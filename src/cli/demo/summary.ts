import { CELL_CLASSES } from '../../images.js';
import type { ResultRecord, ReviewReason } from '../../record.js';

export interface DemoSummary {
  readonly images: number;
  readonly quarantined: number;
  readonly seconds: number;
  /** Decisions per class. */
  readonly perClass: Readonly<Record<string, number>>;
  /** Share of images whose true class each model gave, by `name@version`. */
  readonly accuracy: Readonly<Record<string, number>>;
  readonly inReview: number;
  readonly reviewReasons: Readonly<Partial<Record<ReviewReason, number>>>;
  readonly folder: string;
}

/** What labelled result records say: counts, accuracies and reviews. */
export function summarise(
  records: readonly ResultRecord[],
  quarantined: number,
): Omit<DemoSummary, 'seconds' | 'folder'> {
  const perClass = Object.fromEntries(
    CELL_CLASSES.map((name) => [name, records.filter(({ decision }) => decision.class === name).length]),
  );
  const reviewReasons: Partial<Record<ReviewReason, number>> = {};
  for (const reason of records.flatMap(({ decision }) => decision.reviewReasons)) {
    reviewReasons[reason] = (reviewReasons[reason] ?? 0) + 1;
  }
  return {
    images: records.length,
    quarantined,
    perClass,
    accuracy: accuracies(records),
    inReview: records.filter(({ decision }) => decision.review).length,
    reviewReasons,
  };
}

function accuracies(records: readonly ResultRecord[]): Record<string, number> {
  const labelled = records.filter(({ label }) => label !== undefined);
  const right = new Map<string, number>();
  for (const { label, models } of labelled) {
    for (const model of models) {
      const name = `${model.name}@${model.version}`;
      right.set(name, (right.get(name) ?? 0) + (model.class === label ? 1 : 0));
    }
  }
  return Object.fromEntries([...right].map(([name, count]) => [name, count / labelled.length]));
}
