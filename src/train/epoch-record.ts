import type { EpochRecord, IterationRecord } from './history.js';
import type { TrainingImage } from './load-images.js';
import type { MeasuredWeights } from './measure-model.js';
import type { Split } from '../dataset/split.js';

/**
 * The part on which an epoch is measured. The test part never chooses anything: it is used only if there is
 * no validation part.
 */
export function measuredPart(split: Split<TrainingImage>): EpochRecord['measuredOn'] {
  return split.validation.length > 0 ? 'validation' : 'test';
}

export function epochRecord(
  iterations: readonly IterationRecord[],
  measuredOn: EpochRecord['measuredOn'],
  measured: MeasuredWeights,
  seconds: number,
): EpochRecord {
  const mean = (valueOf: (record: IterationRecord) => number): number =>
    iterations.reduce((sum, record) => sum + valueOf(record), 0) / iterations.length;
  return {
    epoch: iterations.at(-1)?.epoch ?? 0,
    trainingLoss: mean(({ loss }) => loss),
    trainingAccuracy: mean(({ accuracy }) => accuracy),
    measuredOn,
    crossEntropy: measured.crossEntropy,
    quadraticLoss: measured.quadraticLoss,
    shareRight: measured.figures.shareRight,
    accuracy: measured.figures.accuracy,
    seconds,
  };
}
