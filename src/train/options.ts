import type { Architecture } from '../model/networks/architectures.js';
import type { Augmentation } from './augment.js';
import type { SplitOptions } from '../dataset/split.js';

/**
 * Options that change the resulting weights, besides the data and the network; the manifest records all of
 * them.
 */
export interface TrainingRecipe {
  readonly preset: string;
  readonly seed: number;
  readonly epochs: number;
  readonly batchSize: number;
  /** Leave out an epoch's last batch if it is smaller (MATLAB's default, and the paper's). */
  readonly dropLast: boolean;
  readonly learningRate: number;
  readonly schedule: 'constant' | 'cosine';
  /** Number of epochs of rising rate; fractions are allowed. */
  readonly warmupEpochs: number;
  readonly momentum: number;
  readonly weightDecay: number;
  /** Longest gradient allowed; 0: no limit. */
  readonly clipNorm: number;
  /** Share of the target that is spread over all classes. */
  readonly labelSmoothing: number;
  /** `balanced`: images of rarer classes have a larger weight. */
  readonly classWeights: 'none' | 'balanced';
  readonly augmentation: Augmentation;
  /**
   * Number of epochs without a better validation after which training stops; 0: never. Needs a validation
   * part.
   */
  readonly earlyStopping: number;
  readonly split: Omit<SplitOptions, 'seed'>;
}

/** The checked plan of a training process with all defaults, as JSON. */
export interface TrainingPlan {
  readonly network: Architecture;
  readonly recipe: TrainingRecipe;
  /** Path of the labelled folder. */
  readonly dataDir: string;
  /** Folder for checkpoints, split and history. */
  readonly runDir: string;
  readonly cacheDir: string;
  /** The registry that receives the model. */
  readonly modelsDir: string;
  readonly modelName: string;
  /** A split of another run to use instead of a new one. */
  readonly splitFile?: string | undefined;
  readonly intendedUse: string;
  readonly resume: boolean;
  readonly threads: number;
  /**
   * `bfloat16`: kernels may round factors to 16 bits if the processor multiplies those faster; sums stay
   * float32.
   */
  readonly precision: 'float32' | 'bfloat16';
}
