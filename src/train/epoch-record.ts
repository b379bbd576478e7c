import type { EpochRecord, IterationRecord } from './history.js';
import type { LabelledImage } from './load-images.js';
import type { Measured } from './measure-model.js';
import type { Split } from '../labelled/split.js';

/** What an epoch is measured on. The test part never chooses anything: it is measured where there is no other. */
export function measuredPart(split: Split<LabelledImage>): EpochRecord['measuredOn'] {
  return split.validation.length > 0 ? 'validation' : 'test';
}

export function epochRecord(
  iterations: readonly IterationRecord[],
  measuredOn: EpochRecord['measuredOn'],
  measured: Measured,
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
