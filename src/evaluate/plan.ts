import type { Config } from '../config/schema.js';
import type { Split } from '../dataset/split.js';
import type { Metrics } from './metrics.js';

/** A part of a split, or every image, including those that the models were trained on. */
export type SplitPart = keyof Split<unknown> | 'all';
export const PARTS = ['test', 'validation', 'train', 'all'] as const satisfies readonly SplitPart[];

/** Everything that the user decides about an evaluation; it can be written as JSON and read back. */
export interface EvaluationPlan {
  /** The labelled folder, absolute. */
  readonly dataDir: string;
  /**
   * Absolute path of the folder for the ledger and the results; an interrupted evaluation continues there.
   */
  readonly outDir: string;
  /** A training's split.json, absolute. */
  readonly splitFile?: string;
  /** Part to evaluate. Without it: the test part if there is a split, else every image. */
  readonly part?: SplitPart;
  /** Column of manifest.csv for whose values the figures are repeated. */
  readonly by?: string;
  readonly config: EvaluationConfig;
  /** Command line that repeats the evaluation. */
  readonly command: string;
}

/** The parts of a configuration that an evaluation needs. */
export type EvaluationConfig = Pick<
  Config,
  'models' | 'pipeline' | 'pool' | 'review' | 'evaluation' | 'shutdownTimeoutMs'
>;

export interface EvaluationOptions {
  /** Compiled inference worker. */
  readonly workerFile: URL;
  /**
   * Interrupts the evaluation: unfinished images are queued again, and the same plan continues from there.
   */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: EvaluationProgress) => void;
}

export interface EvaluationProgress {
  /** `hashing`: finding which images belong to a part; `classifying`; `measuring`: figures and report. */
  readonly stage: 'hashing' | 'classifying' | 'measuring';
  readonly done: number;
  readonly total: number;
}

export interface EvaluationResult {
  readonly outDir: string;
  readonly metrics: Metrics;
  /** Sentences for readers of the figures: which images were chosen, and what was not checked. */
  readonly notes: readonly string[];
}
