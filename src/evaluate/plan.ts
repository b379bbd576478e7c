import type { Config } from '../config/schema.js';
import type { Split } from '../dataset/split.js';
import type { Metrics } from './metrics.js';

/** A part of a split, or every image, whatever the models were trained on. */
export type SplitPart = keyof Split<unknown> | 'all';
export const PARTS = ['test', 'validation', 'train', 'all'] as const satisfies readonly SplitPart[];

/** Everything about an evaluation that somebody decides; it survives a way through JSON. */
export interface EvaluationPlan {
  /** The labelled folder, absolute. */
  readonly dataDir: string;
  /**
   * Where the ledger and everything that is found out goes, absolute; an interrupted evaluation goes on
   * there.
   */
  readonly outDir: string;
  /** A training's split.json, absolute. */
  readonly splitFile?: string;
  /** Without it: the test part where there is a split, else every image. */
  readonly part?: SplitPart;
  /** Column of manifest.csv: the figures again for each of its values. */
  readonly by?: string;
  readonly config: EvaluationConfig;
  /** As it can be typed again. */
  readonly command: string;
}

/** What an evaluation needs of a configuration. */
export type EvaluationConfig = Pick<
  Config,
  'models' | 'pipeline' | 'pool' | 'review' | 'evaluation' | 'shutdownTimeoutMs'
>;

export interface EvaluationOptions {
  /** Compiled inference worker. */
  readonly workerFile: URL;
  /** Puts back what cannot be finished in time; the same plan goes on from there. */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: EvaluationProgress) => void;
}

export interface EvaluationProgress {
  /** `hashing`: finding out which images belong to a part; `classifying`; `measuring`: figures and report. */
  readonly stage: 'hashing' | 'classifying' | 'measuring';
  readonly done: number;
  readonly total: number;
}

export interface EvaluationResult {
  readonly outDir: string;
  readonly metrics: Metrics;
  /**
   * What whoever reads the figures must know besides, as sentences: which images were chosen, what was not
   * checked.
   */
  readonly notes: readonly string[];
}
