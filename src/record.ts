import type { ComputedBy, EngineName, KernelFallback } from './engine.js';
import type { DecoderName } from './images.js';

/**
 * The result record: what the ledger keeps and every sink delivers, one per image and set of models. Fields
 * are only ever added; `recordVersion` changes when one changes its meaning.
 */
export interface ResultRecord {
  readonly recordVersion: 1;
  readonly image: ImageIdentity;
  /** Predictions in the configuration's order of models; the first model decides. */
  readonly models: readonly ModelPrediction[];
  readonly decision: Decision;
  /**
   * The true class, where it is known (from the folder's name, a label file, a person); it may come, and
   * change, later.
   */
  readonly label?: string;
  readonly times: StageTimes;
  /** RFC 3339, UTC. */
  readonly recordedAt: string;
  readonly software: { readonly name: 'smearwatch'; readonly version: string; readonly node: string };
}

export interface ImageIdentity {
  /** SHA-256 of the file's bytes, hexadecimal: the image's identity. */
  readonly sha256: string;
  readonly scanner: string;
  /** Relative to the scanner's folder, with forward slashes. */
  readonly path: string;
  /** Path of the same bytes that was classified first, when this file is a copy of it. */
  readonly duplicateOf?: { readonly scanner: string; readonly path: string };
  readonly bytes: number;
  readonly format: string;
  /** The decoder that made the pixels. Missing in records of Smearwatch versions that did not name it. */
  readonly decoder?: DecoderName;
  /** Pixels, as the image is seen (after its EXIF orientation). */
  readonly width: number;
  readonly height: number;
  /** The file's modification time, RFC 3339, UTC. */
  readonly modifiedAt: string;
  /** Missing in records of Smearwatch versions that did not measure it. */
  readonly look?: ImageLook;
}

/** How the decoded pixels look, measured without a model; docs/drift.md has the formulas. */
export interface ImageLook {
  /** Mean luma: 0 is black, 1 white. */
  readonly brightness: number;
  /** Share of the pixels that are stained. */
  readonly stained: number;
  /** Mean optical density of the stained pixels by channel; missing where nothing is stained. */
  readonly stain?: { readonly red: number; readonly green: number; readonly blue: number };
}

/** What identifies a loaded model in every result. */
export interface ModelIdentity {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of the model's file, hexadecimal. */
  readonly weightsSha256: string;
  readonly engine: EngineName;
  readonly precision: string;
}

/** A model that serves, and what computes it in the workers that are there. */
export interface ModelInUse extends ModelIdentity {
  readonly computations: readonly ComputationInUse[];
}

/** A computation, in how many workers, and why it is not the kernels' that could be. */
export interface ComputationInUse extends ComputedBy {
  readonly workers: number;
  readonly fallback?: KernelFallback | undefined;
}

/** Records of Smearwatch versions that did not name it do not say how a model was computed. */
export interface ModelPrediction extends ModelIdentity, Partial<ComputedBy> {
  readonly class: string;
  /** Probabilities by class name, in the model's order. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/** Whether the models that made a record can say this class. */
export function knowsClass({ models }: Pick<ResultRecord, 'models'>, name: string): boolean {
  return models[0] !== undefined && Object.hasOwn(models[0].probabilities, name);
}

export const REVIEW_REASONS = [
  'models-disagree',
  'low-confidence',
  'unexpected-size',
  'trailing-zeros',
  'nearly-black',
  'nearly-white',
  'one-colour',
] as const;
export type ReviewReason = (typeof REVIEW_REASONS)[number];

export interface Decision {
  readonly class: string;
  /** Probability of that class by the deciding model. */
  readonly confidence: number;
  /** A person should look at the image. */
  readonly review: boolean;
  readonly reviewReasons: readonly ReviewReason[];
}

/**
 * Times of the stages in milliseconds. `inference` is the batch's time divided by its images, by model name.
 */
export interface StageTimes {
  /** Time from the queue entry to the claim. */
  readonly queued: number;
  readonly read: number;
  readonly decode: number;
  /** From the claim to handed to the pool, in a batch. */
  readonly batch: number;
  /** From handed to the pool to its answer, less the worker's time: the wait for a worker. */
  readonly pool: number;
  readonly inference: Readonly<Record<string, number>>;
}
