import type { Architecture } from '../model/networks/architectures.js';
import type { Augmentation } from './augment.js';
import type { SplitOptions } from '../dataset/split.js';

/**
 * What changes the resulting weights, besides the data and the network: all of it is recorded in the
 * manifest.
 */
export interface TrainingRecipe {
  readonly preset: string;
  readonly seed: number;
  readonly epochs: number;
  readonly batchSize: number;
  /** Leave out an epoch's last batch if it is smaller (MATLAB's habit, and the paper's). */
  readonly dropLast: boolean;
  readonly learningRate: number;
  readonly schedule: 'constant' | 'cosine';
  /** Epochs of rising rate; fractions are fine. */
  readonly warmupEpochs: number;
  readonly momentum: number;
  readonly weightDecay: number;
  /** Longest gradient; 0: any. */
  readonly clipNorm: number;
  /** Share of the target that is spread over all classes. */
  readonly labelSmoothing: number;
  /** `balanced`: an image counts the more, the rarer its class. */
  readonly classWeights: 'none' | 'balanced';
  readonly augmentation: Augmentation;
  /** Epochs without a better validation after which to stop; 0: never. Needs a validation part. */
  readonly earlyStopping: number;
  readonly split: Omit<SplitOptions, 'seed'>;
}

/** Checked and filled: what a training process is started with, as JSON. */
export interface TrainingPlan {
  readonly network: Architecture;
  readonly recipe: TrainingRecipe;
  /** A labelled folder. */
  readonly dataDir: string;
  /** Where checkpoints, split and history go. */
  readonly runDir: string;
  readonly cacheDir: string;
  /** The registry that gets the model. */
  readonly modelsDir: string;
  readonly modelName: string;
  /** A split of another run to use instead of a new one. */
  readonly splitFile?: string | undefined;
  readonly intendedUse: string;
  readonly resume: boolean;
  readonly threads: number;
  /**
   * `bfloat16`: kernels may round factors to 16 bits where the processor multiplies those faster; sums stay
   * float32.
   */
  readonly precision: 'float32' | 'bfloat16';
}
