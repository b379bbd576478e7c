import type { Failure } from '../errors.js';
import type { EpochRecord } from './history.js';
import type { LeftOutFile } from './load-images.js';
import type { TrainingPlan } from './options.js';

/** Every message between the process that trains and the one that started it. */
export type ToTraining =
  | { readonly type: 'start'; readonly plan: TrainingPlan }
  /** Stop after the current iteration; a resume continues from the last epoch's checkpoint. */
  | { readonly type: 'stop' };

export type FromTraining =
  | { readonly type: 'decoding'; readonly done: number; readonly total: number }
  | ({ readonly type: 'prepared' } & PreparedTraining)
  | ({ readonly type: 'progress' } & TrainingProgress)
  | { readonly type: 'epoch'; readonly record: EpochRecord; readonly isBest: boolean }
  | { readonly type: 'finished'; readonly result: TrainingResult }
  | { readonly type: 'stopped'; readonly finishedEpochs: number }
  | { readonly type: 'failed'; readonly failure: Failure };

export interface PreparedTraining {
  readonly classes: readonly string[];
  /** Images per class of each part, in the classes' order. */
  readonly counts: Readonly<Record<'train' | 'validation' | 'test', readonly number[]>>;
  readonly leftOut: readonly LeftOutFile[];
  /** Number of trained values of the network. */
  readonly parameters: number;
  readonly iterations: number;
  /** Epochs finished earlier, when resuming. */
  readonly finishedEpochs: number;
}

export interface TrainingProgress {
  /** Number of the epoch, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Number of the iteration, from 1, over all epochs. */
  readonly iteration: number;
  readonly iterations: number;
  /** Loss of this batch, during training. */
  readonly loss: number;
  readonly accuracy: number;
  readonly imagesPerSecond: number;
  /** Seconds until the end of the last epoch, including measurements, without early stopping. */
  readonly secondsLeft: number;
}

export interface TrainingResult {
  readonly name: string;
  readonly version: number;
  readonly folder: string;
  /** The epoch whose weights the model has. */
  readonly epoch: number;
  /** Share of the test part classified correctly. */
  readonly shareRight: number;
  readonly accuracy: number;
  readonly confusion: readonly (readonly number[])[];
}
