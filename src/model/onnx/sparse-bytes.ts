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

/** A gap that has no count after it. */
export const FULL_GAP = 255;

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
