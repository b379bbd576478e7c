export interface LearningRateSchedule {
  readonly kind: 'constant' | 'cosine';
  /** The highest rate. */
  readonly learningRate: number;
  /**
   * Number of iterations of linear rise to it: He initialisation and momentum overshoot at full rate from the
   * first step.
   */
  readonly warmupIterations: number;
  readonly iterations: number;
}

/**
 * Learning rate of iteration 0 … iterations − 1. `cosine` falls from the highest rate to 1 % of it
 * (Loshchilov and Hutter 2017, one cycle).
 */
export function learningRateAt(
  { kind, learningRate, warmupIterations, iterations }: LearningRateSchedule,
  iteration: number,
): number {
  if (iteration < warmupIterations) return (learningRate * (iteration + 1)) / warmupIterations;
  if (kind === 'constant') return learningRate;
  const share = (iteration - warmupIterations) / Math.max(1, iterations - warmupIterations);
  return learningRate * (0.01 + 0.99 * 0.5 * (1 + Math.cos(Math.PI * share)));
}
