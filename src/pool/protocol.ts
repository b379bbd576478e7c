import type { ModelIdentity } from '../record.js';

/**
 * Every message between the main thread and an inference worker. A worker answers each request exactly once, success
 * or failure; failures cross as data, because errors lose their class and code between threads.
 */

/** One model as a worker needs it: what it is, and where its verified file lies. */
export interface ModelSpec {
  readonly identity: ModelIdentity;
  /** Path of the model's `model.onnx` or `model.json`; its SHA-256 is `identity.weightsSha256`. */
  readonly file: string;
  /** Class names in the order of the probabilities. */
  readonly classes: readonly string[];
}

/** Given to every worker when it starts (`workerData`). */
export interface WorkerSetup {
  readonly models: readonly ModelSpec[];
}

export interface ClassifyRequest {
  /** `count` images of 196,608 bytes; transferred, not copied. */
  readonly pixels: Uint8Array;
  readonly count: number;
}

export type WorkerReply = ClassifiedReply | FailedReply;

export interface ClassifiedReply {
  readonly kind: 'classified';
  /** In the setup's order. */
  readonly perModel: readonly ModelOutput[];
}

export interface ModelOutput {
  /** float32, `count × classes`, row by row. */
  readonly probabilities: Float32Array;
  readonly durationMs: number;
}

export interface FailedReply {
  readonly kind: 'failed';
  readonly code: string;
  readonly message: string;
}
