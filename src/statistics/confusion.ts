/** Counts by [actual class][predicted class], from which every figure of an evaluation is computed. */
export type ConfusionMatrix = readonly (readonly number[])[];

export interface ClassFigures {
  /** TP / (TP + FP); NaN when the class was never predicted. */
  readonly precision: number;
  /** TP / (TP + FN); NaN when there was no image of the class. */
  readonly recall: number;
  /** (TP + TN) / all, this class against the rest: the paper's Table 4. */
  readonly accuracy: number;
}

export interface ConfusionFigures {
  readonly images: number;
  /**
   * Share of the images classified correctly; the paper's accuracy is a different figure and always higher.
   */
  readonly shareRight: number;
  readonly perClass: readonly ClassFigures[];
  /** Means over the classes: the paper's Tables 3 and 4. */
  readonly precision: number;
  readonly recall: number;
  readonly accuracy: number;
  /** 2PR / (P + R) of the averaged precision and recall, as in the paper's Table 3. */
  readonly fMeasure: number;
}

/**
 * Counts images by class. Both lists have one class index per image.
 * @param weights how often each image counts, in a resample; once without
 */
export function confusionOf(
  actual: readonly number[],
  predicted: readonly number[],
  classes: number,
  weights?: ArrayLike<number>,
): ConfusionMatrix {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let index = 0; index < actual.length; index++) {
    const row = counts[actual[index] ?? -1];
    const column = predicted[index] ?? -1;
    if (row?.[column] === undefined)
      throw new RangeError(`image ${index} has a class outside 0…${classes - 1}`);
    row[column] += weights?.[index] ?? 1;
  }
  return counts;
}

/** Figures of a matrix. A mean leaves out classes for which a figure does not exist. */
export function figuresOf(matrix: ConfusionMatrix): ConfusionFigures {
  const images = sum(matrix.map(sum));
  const perClass = matrix.map((_, index) => classFigures(matrix, index, images));
  const precision = mean(perClass.map((figures) => figures.precision));
  const recall = mean(perClass.map((figures) => figures.recall));
  return {
    images,
    shareRight: sum(matrix.map((row, index) => row[index] ?? 0)) / images,
    perClass,
    precision,
    recall,
    accuracy: mean(perClass.map((figures) => figures.accuracy)),
    fMeasure: fMeasure(precision, recall),
  };
}

/**
 * The paper's F-measure 2PR / (P + R), the harmonic mean of precision and recall (van Rijsbergen,
 * "Information Retrieval", 1979). Its limit for P = R = 0 is 0: everything is wrong, so the figure exists and
 * is the worst one.
 */
function fMeasure(precision: number, recall: number): number {
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}

function classFigures(matrix: ConfusionMatrix, index: number, images: number): ClassFigures {
  const { right, predicted, actual } = classCounts(matrix, index);
  return {
    precision: right / predicted,
    recall: right / actual,
    accuracy: (images - predicted - actual + 2 * right) / images,
  };
}

/**
 * The F-measure of one class from counts, 2TP / (2TP + FP + FN). It is the same figure, but also exists (as
 * 0) for a class that has images but was never predicted, and so has no precision.
 * @returns NaN for a class without images that was never predicted
 */
export function classFMeasure(matrix: ConfusionMatrix, index: number): number {
  const { right, predicted, actual } = classCounts(matrix, index);
  return (2 * right) / (actual + predicted);
}

function classCounts(
  matrix: ConfusionMatrix,
  index: number,
): Record<'right' | 'predicted' | 'actual', number> {
  return {
    right: matrix[index]?.[index] ?? 0,
    predicted: sum(matrix.map((row) => row[index] ?? 0)),
    actual: sum(matrix[index] ?? []),
  };
}

/**
 * The paper's quadratic loss Σ(xᵢ − x′ᵢ)² / n: over the n images, the mean squared distance between the
 * probabilities and the one-hot label, summed over the classes; 0 for perfect, 2 for certain and wrong.
 * @param probabilities row by row, `labels.length × classes`
 */
export function quadraticLoss(
  probabilities: ArrayLike<number>,
  labels: readonly number[],
  classes: number,
): number {
  let total = 0;
  for (let index = 0; index < labels.length * classes; index++) {
    const wanted = index % classes === labels[Math.floor(index / classes)] ? 1 : 0;
    total += (wanted - (probabilities[index] ?? 0)) ** 2;
  }
  return total / labels.length;
}

/** Index of the largest of each row's `classes` values. */
export function predictionsOf(probabilities: ArrayLike<number>, classes: number): number[] {
  return Array.from({ length: probabilities.length / classes }, (_, row) => {
    let best = 0;
    for (let index = 1; index < classes; index++) {
      if ((probabilities[row * classes + index] ?? 0) > (probabilities[row * classes + best] ?? 0))
        best = index;
    }
    return best;
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return sum(known) / known.length;
}
