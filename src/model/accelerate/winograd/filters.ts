import type { Convolution } from './convolution-run.js';

/**
 * Points at which a product of polynomials is evaluated (Winograd 1980; Lavin and Gray 2016): each finite
 * point p with 1 / ∏(p − q) over the other points q, or a multiple of it that native/winograd corrects. The
 * last point is ∞. Five neighbouring outputs of a 3×3 filter are computed at a time, four of a 5×5 filter.
 */
interface Points {
  readonly outputs: number;
  readonly finite: readonly (readonly [point: number, factor: number])[];
}

const POINTS: Readonly<Record<Convolution['kernel'], Points>> = {
  3: {
    outputs: 5,
    finite: [
      [0, -1 / 2],
      [1, -1 / 3],
      [-1, 1 / 9],
      [2, 1 / 36],
      [-2, -1 / 60],
      [1 / 2, 32 / 45],
    ],
  },
  5: {
    outputs: 4,
    finite: [
      [0, 1],
      [1, -2 / 9],
      [-1, -2 / 9],
      [2, 1 / 90],
      [-2, 1 / 90],
      [1 / 2, 32 / 45],
      [-1 / 2, 32 / 45],
    ],
  },
};

/** Rows, and columns, of outputs that a tile yields. */
export function outputsPerTile(kernel: Convolution['kernel']): number {
  return POINTS[kernel].outputs;
}

/** Points at which a tile is evaluated, in both directions together: outputs + kernel − 1 in each. */
export function pointsPerTile(kernel: Convolution['kernel']): number {
  return (POINTS[kernel].outputs + kernel - 1) ** 2;
}

/**
 * U = G·g·Gᵀ of each filter g, the factor of its products with tiles. Plain loops: AlexNet has 230,000
 * filters.
 * @returns float32 [points, groups, channels / groups, outputs / groups]
 */
export function transformFilters({ filters, kernel, groups, channels, outputs }: Convolution): Float32Array {
  const matrix = filterMatrix(kernel);
  const side = matrix.length / kernel;
  const [wide, deep] = [channels / groups, outputs / groups];
  const plane = channels * deep;
  const transformed = new Float32Array(side ** 2 * plane);
  const [filter, half] = [new Float64Array(kernel ** 2), new Float64Array(side * kernel)];
  // Neighbouring outputs are processed in order because their values are contiguous.
  for (let at = 0; at < plane; at += 1) {
    const channel = Math.floor(at / deep);
    const output = Math.floor(channel / wide) * deep + (at % deep);
    const start = (output * wide + (channel % wide)) * kernel ** 2;
    for (let k = 0; k < kernel ** 2; k += 1) filter[k] = filters[start + k] ?? 0;
    for (let i = 0; i < side; i += 1) {
      for (let column = 0; column < kernel; column += 1) {
        half[i * kernel + column] = dot(matrix, i * kernel, filter, column, kernel, kernel);
      }
    }
    let point = at;
    for (let i = 0; i < side; i += 1) {
      for (let j = 0; j < side; j += 1, point += plane) {
        transformed[point] = dot(matrix, j * kernel, half, i * kernel, 1, kernel);
      }
    }
  }
  return transformed;
}

/** G, row by row: for each point [1, p, p², …] times its factor; for ∞ the highest coefficient. */
function filterMatrix(kernel: Convolution['kernel']): Float64Array {
  const powers = Array.from({ length: kernel }, (_, power) => power);
  const rows = POINTS[kernel].finite.map(([point, factor]) => powers.map((power) => factor * point ** power));
  return Float64Array.from([...rows, powers.map((power) => (power === kernel - 1 ? 1 : 0))].flat());
}

/** The dot product of `length` numbers from these places on, every `step`-th of the second array. */
function dot(
  one: Float64Array,
  from: number,
  other: Float64Array,
  start: number,
  step: number,
  length: number,
): number {
  let sum = 0;
  for (let k = 0; k < length; k += 1) sum += (one[from + k] ?? 0) * (other[start + k * step] ?? 0);
  return sum;
}
