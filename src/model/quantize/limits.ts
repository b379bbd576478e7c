/** What an int8 model is measured by, against the float model that it was made from. */
export interface QuantizationFigures {
  /** Share of the images classified correctly, of the float model and of the int8 one. */
  readonly shareRight: { readonly fp32: number; readonly int8: number };
  /** How many times the float model's images per second, on one thread. */
  readonly speedup: number;
  readonly bytes: { readonly fp32: number; readonly int8: number };
}

export interface Verdict {
  readonly passed: boolean;
  /** A sentence per limit that is missed. */
  readonly failures: readonly string[];
}

export const LIMITS = {
  /** Share of the images that may be lost: half a point. */
  lostShareRight: 0.005,
  speedup: 1.5,
  /**
   * Below this, most of the time goes into reading pixels, which int8 does not change: a small network's
   * speed is measured but not judged.
   */
  speedFromBytes: 10e6,
  /**
   * A quarter, and 1 % more for scales; and what the graph itself takes, which matters for small networks.
   */
  sizeShare: 0.26,
  graphBytes: 8192,
} as const;

export function judge({ shareRight, speedup, bytes }: QuantizationFigures): Verdict {
  const lost = shareRight.fp32 - shareRight.int8;
  const maxBytes = LIMITS.sizeShare * bytes.fp32 + LIMITS.graphBytes;
  const failures: string[] = [];
  // One image of 200 must not fail for the last bit of a difference.
  if (lost > LIMITS.lostShareRight + 1e-9) {
    failures.push(`it classifies ${points(lost)} points fewer images correctly, and 0.5 are allowed`);
  }
  if (bytes.fp32 >= LIMITS.speedFromBytes && speedup < LIMITS.speedup) {
    failures.push(`it is ${speedup.toFixed(2)} times as fast, and ${LIMITS.speedup} times are asked for`);
  }
  if (bytes.int8 > maxBytes) {
    failures.push(`it has ${points(bytes.int8 / bytes.fp32)} % of the size, and a quarter is asked for`);
  }
  return { passed: failures.length === 0, failures };
}

function points(share: number): string {
  return (100 * share).toFixed(2);
}
