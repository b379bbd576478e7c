import { CELL_CLASSES, type CellClass } from '../images.js';

/** Relative weights; a class that is missing or 0 is not drawn. */
export type Proportions = Readonly<Partial<Record<CellClass, number>>>;

/** The paper's 1,500 normal and 1,500 abnormal monocytes and 1,000 lymphocytes. */
export const PAPER_PROPORTIONS: Proportions = {
  'normal-monocyte': 1500,
  'abnormal-monocyte': 1500,
  lymphocyte: 1000,
};

/**
 * The class of each index, in a fixed cycle: any run of images has the proportions as exactly as whole
 * numbers allow, and the class never depends on the number of images. Weights are whole numbers, at least one
 * above zero.
 */
export function classOrder(proportions: Proportions): (index: number) => CellClass {
  const weights = CELL_CLASSES.map((cellClass) => proportions[cellClass] ?? 0);
  const divisor = weights.reduce(greatestCommonDivisor, 0);
  const cycle = cycleOf(weights.map((weight) => weight / divisor));
  return (index) => cycle[index % cycle.length] ?? CELL_CLASSES[0];
}

/** Builds one cycle: each place goes to the class that is farthest behind its share (largest remainder). */
function cycleOf(weights: readonly number[]): CellClass[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const given = weights.map(() => 0);
  return Array.from({ length: total }, (_, place) => {
    const behind = weights.map((weight, at) => (weight * (place + 1)) / total - (given[at] ?? 0));
    const next = behind.indexOf(Math.max(...behind));
    given[next] = (given[next] ?? 0) + 1;
    return CELL_CLASSES[next] ?? CELL_CLASSES[0];
  });
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
