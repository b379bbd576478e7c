import type { ConfusionMatrix } from '../../../statistics/confusion.js';
import { wilsonInterval } from '../../../statistics/wilson.js';
import { table } from './markdown.js';

/** Shares of one class as counts, so that an interval can be given for each. */
interface Counts {
  readonly right: number;
  readonly predicted: number;
  readonly actual: number;
}

/** Figures with their 95 % intervals, and the matrix that they are counted from. */
export function figures(matrix: ConfusionMatrix, classes: readonly string[]): string[] {
  const images = total(matrix.flat());
  const right = total(matrix.map((row, index) => row[index] ?? 0));
  const rows = classes.map((name, index) => {
    const counts = countsOf(matrix, index);
    const wrong = counts.predicted + counts.actual - 2 * counts.right;
    return [
      name,
      interval(counts.right, counts.predicted),
      interval(counts.right, counts.actual),
      interval(images - wrong, images),
    ];
  });
  return [
    `Of ${images} images, ${right} are classified correctly: **${interval(right, images)}**.`,
    '',
    ...table(['Class', 'Precision', 'Recall', 'Accuracy (against the rest)'], rows),
    '',
    'In brackets: 95 % intervals (Wilson). They show the uncertainty of this number of images,',
    'not the accuracy on other stains, scanners or patients.',
    '',
    ...table(
      ['Labelled ↓ classified →', ...classes],
      matrix.map((row, index) => [classes[index] ?? '', ...row.map(String)]),
    ),
  ];
}

function countsOf(matrix: ConfusionMatrix, index: number): Counts {
  return {
    right: matrix[index]?.[index] ?? 0,
    predicted: total(matrix.map((row) => row[index] ?? 0)),
    actual: total(matrix[index] ?? []),
  };
}

/** Formats a proportion with its confidence interval: `0.894 (0.875–0.910)`. */
function interval(hits: number, count: number): string {
  if (count === 0) return 'no images';
  const { low, high } = wilsonInterval(hits, count);
  return `${(hits / count).toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
