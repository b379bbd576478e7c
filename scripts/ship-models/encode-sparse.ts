import { FULL_GAP, type SparseTensor } from '../../src/model/onnx/sparse-bytes.js';

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
