import type { ConfusionMatrix } from './confusion.js';

/**
 * TN / (TN + FP), one class against the rest: the share of the other classes' images that were not mistaken
 * for this one. A laboratory reads it with recall: a class that is always predicted has perfect recall and a
 * specificity of 0.
 * @returns NaN when every image is of this class
 */
export function specificityOf(matrix: ConfusionMatrix, index: number): number {
  let others = 0;
  let takenIn = 0;
  for (const [label, row] of matrix.entries()) {
    if (label === index) continue;
    others += row.reduce((total, count) => total + count, 0);
    takenIn += row[index] ?? 0;
  }
  return (others - takenIn) / others;
}
