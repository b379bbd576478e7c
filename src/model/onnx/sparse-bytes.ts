/**
 * The values of one tensor [outputs, inputs] as multiples of a step per output, without zeros. It has three
 * streams: the steps; the counts that are not zero, as signed bytes; and the number of zeros before each
 * count. Separate streams compress to about their entropy.
 */
export interface SparseTensor {
  readonly steps: Float32Array;
  /** Numbers of zeros before each count. 255 stands for 255 zeros with no count after them. */
  readonly gaps: Uint8Array;
  readonly counts: Int8Array;
}

const FULL_GAP = 255;
const STEPS = 127;

/** Encodes a tensor; undefined when it does not consist of such multiples, so that it is not compact. */
export function encodeSparse(values: Float32Array, outputs: number): SparseTensor | undefined {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const inputs = values.length / outputs;
  const steps = new Float32Array(outputs);
  const counts = new Int8Array(values.length);
  const gaps = new Uint8Array(values.length + Math.ceil(values.length / FULL_GAP));
  let counted = 0;
  let gapped = 0;
  let zeros = 0;
  for (let output = 0; output < outputs; output++) {
    const from = output * inputs;
    const step = stepOf(values.subarray(from, from + inputs));
    steps[output] = step;
    if (steps[output] !== step) return undefined;
    for (let i = from; i < from + inputs; i++) {
      if (bits[i] === 0) {
        if (++zeros === FULL_GAP) zeros = pushFull();
        continue;
      }
      const count = (values[i] ?? 0) / step;
      if (!Number.isInteger(count) || count === 0) return undefined;
      counts[counted++] = count;
      gaps[gapped++] = zeros;
      zeros = 0;
    }
  }
  return { steps, gaps: gaps.slice(0, gapped), counts: counts.slice(0, counted) };

  function pushFull(): number {
    gaps[gapped++] = FULL_GAP;
    return 0;
  }
}

/**
 * The step of a row. The largest magnitude is 127 steps (`compactWeights`), and that product was exact, so
 * this quotient is exact.
 */
function stepOf(row: Float32Array): number {
  let largest = 0;
  for (const value of row) {
    const magnitude = Math.abs(value);
    if (magnitude > largest) largest = magnitude;
  }
  return largest / STEPS;
}

/**
 * Decodes the streams, the inverse of `encodeSparse`. @throws RangeError when the streams do not fit the
 * size, which happens only when they are damaged
 */
export function decodeSparse({ steps, gaps, counts }: SparseTensor, size: number): Float32Array<ArrayBuffer> {
  const values = new Float32Array(size);
  const inputs = size / steps.length;
  let at = 0;
  let counted = 0;
  for (const gap of gaps) {
    at += gap;
    if (gap === FULL_GAP) continue;
    if (at >= size || counted >= counts.length) throw new RangeError('a tensor is longer than its shape');
    values[at] = (counts[counted++] ?? 0) * (steps[Math.floor(at / inputs)] ?? 0);
    at += 1;
  }
  if (counted !== counts.length) throw new RangeError('a tensor has more values than places');
  return values;
}
