import type { StepMeasures } from './training-step.js';

/** One line per iteration: the paper's Figures 4 and 5 show its `accuracy` and `quadraticLoss`. */
export interface IterationRecord extends StepMeasures {
  readonly iteration: number;
  readonly epoch: number;
  readonly learningRate: number;
}

/** One line per epoch, measured without dropout on images that were not used for training. */
export interface EpochRecord {
  readonly epoch: number;
  /** Mean over the epoch's iterations. */
  readonly trainingLoss: number;
  readonly trainingAccuracy: number;
  /**
   * `validation`, or `test` if there is no validation part: then for information only, and nothing is chosen
   * by it.
   */
  readonly measuredOn: 'validation' | 'test';
  readonly crossEntropy: number;
  readonly quadraticLoss: number;
  readonly shareRight: number;
  /** The paper's accuracy, one class against the rest. */
  readonly accuracy: number;
  readonly seconds: number;
}

export interface TrainingHistory {
  readonly iterations: IterationRecord[];
  readonly epochs: EpochRecord[];
}

export function toCsv(records: readonly object[]): string {
  const columns = Object.keys(records[0] ?? {});
  const lines = records.map((record) => Object.values(record).map(String).join(','));
  return [columns.join(','), ...lines, ''].join('\n');
}
