/** Figures of an int8 model against its float model. */
export interface QuantizationFigures {
  /** Share of the images classified correctly by the float model and by the int8 model. */
  readonly shareRight: { readonly fp32: number; readonly int8: number };
  /** Images per second on one thread, divided by those of the float model. */
  readonly speedup: number;
  readonly bytes: { readonly fp32: number; readonly int8: number };
}

export interface Verdict {
  readonly passed: boolean;
  /** One sentence for each missed limit. */
  readonly failures: readonly string[];
}

export const LIMITS = {
  /** Share of the images that may be lost: half a percentage point. */
  lostShareRight: 0.005,
  speedup: 1.5,
  /**
   * Size of the model from which its speed is judged: a small network spends most of its time on reading
   * pixels, which int8 does not change.
   */
  speedFromBytes: 10e6,
  /**
   * Largest share of the float model's size: a quarter, 1 % for scales, and the graph itself, which matters
   * for small networks.
   */
  sizeShare: 0.26,
  graphBytes: 8192,
} as const;

export function judge({ shareRight, speedup, bytes }: QuantizationFigures): Verdict {
  const lost = shareRight.fp32 - shareRight.int8;
  const maxBytes = LIMITS.sizeShare * bytes.fp32 + LIMITS.graphBytes;
  const failures: string[] = [];
  // A loss of one image in 200 must not fail because of rounding.
  if (lost > LIMITS.lostShareRight + 1e-9) {
    failures.push(`it classifies ${points(lost)} points fewer images correctly, and 0.5 are allowed`);
  }
  if (bytes.fp32 >= LIMITS.speedFromBytes && speedup < LIMITS.speedup) {
    failures.push(`it is ${speedup.toFixed(2)} times as fast, and ${LIMITS.speedup} times are required`);
  }
  if (bytes.int8 > maxBytes) {
    failures.push(`it has ${points(bytes.int8 / bytes.fp32)} % of the size, and a quarter is required`);
  }
  return { passed: failures.length === 0, failures };
}

function points(share: number): string {
  return (100 * share).toFixed(2);
}
