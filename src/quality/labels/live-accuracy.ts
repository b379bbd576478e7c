import type { LabelledCount } from '../../ledger/labelled-predictions.js';
import type { ModelIdentity } from '../../record.js';
import { figuresOf } from '../../statistics/confusion.js';
import type { LiveAccuracy } from '../../telemetry/readers.js';

/**
 * The figures of a model from the images in its window. Images of a class that the model does not know are
 * left out, as in an evaluation.
 * @param classes of the model
 */
export function liveAccuracy(
  model: ModelIdentity,
  classes: readonly string[],
  counts: readonly LabelledCount[],
): LiveAccuracy {
  const confusion = counts.filter((cell) => classes.includes(cell.label) && classes.includes(cell.class));
  const matrix = classes.map(() => classes.map(() => 0));
  for (const cell of confusion) {
    const row = matrix[classes.indexOf(cell.label)];
    if (row) row[classes.indexOf(cell.class)] = cell.images;
  }
  const figures = figuresOf(matrix);
  return {
    model,
    images: figures.images,
    accuracy: figures.shareRight,
    perClass: figures.perClass.map(({ precision, recall }, index) => ({
      class: classes[index] ?? '',
      precision,
      recall,
    })),
    confusion,
  };
}
