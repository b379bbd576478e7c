import type { ConfusionMatrix } from './confusion.js';

/**
 * The F-measure of one class from counts, 2TP / (2TP + FP + FN): the same figure, which also exists (as 0)
 * for a class that has images but was never predicted, and so has no precision.
 * @returns NaN for a class without images that was never predicted
 */
export function classFMeasure(matrix: ConfusionMatrix, index: number): number {
  const right = matrix[index]?.[index] ?? 0;
  const actual = (matrix[index] ?? []).reduce((total, count) => total + count, 0);
  const predicted = matrix.reduce((total, row) => total + (row[index] ?? 0), 0);
  return (2 * right) / (actual + predicted);
}
