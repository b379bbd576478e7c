import type { Failure } from '../errors.js';
import type { HashedFile } from '../prepare/hash-file.js';
import type { FileToPrepare, PreparedImage, PrepareLimits } from '../prepare/prepare.js';
import type { ModelIdentity } from '../record.js';
import type { SeenFile } from '../watch/intake.js';

/**
 * Every message between the main thread and an inference worker, or the thread that hashes. A thread answers each request exactly once, success
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
  /** The ledger that says which bytes have a result; without it, all are classified. */
  readonly ledgerFile?: string;
  /** Of a Progress. */
  readonly progress: SharedArrayBuffer;
  /** Of a NativeLock that this thread holds. */
  readonly nativeLock: SharedArrayBuffer;
}

export type ClassifyRequest = FilesRequest | PixelsRequest;

/** Files to be read, decoded and classified. */
export interface FilesRequest {
  readonly kind: 'files';
  readonly files: readonly FileToPrepare[];
  readonly limits: PrepareLimits;
}

export interface PixelsRequest {
  readonly kind: 'pixels';
  /** `count` images of 196,608 bytes; transferred, not copied. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly count: number;
}

export type WorkerReply = ClassifiedReply | FailedReply;

export interface ClassifiedReply {
  readonly kind: 'classified';
  /** In the setup's order. */
  readonly perModel: readonly ModelOutput[];
  /** What became of each file, in the request's order; none where pixels were asked for. */
  readonly files: readonly FileReply[];
  /** Milliseconds from the request's arrival to its answer. */
  readonly workMs: number;
}

export interface ModelOutput {
  /** float32, `count × classes`, row by row. */
  readonly probabilities: Float32Array;
  readonly durationMs: number;
}

export type FileReply =
  /** `row` of the models' probabilities is its. */
  | { readonly kind: 'classified'; readonly row: number; readonly image: PreparedImage }
  /** These bytes have a result. */
  | { readonly kind: 'known'; readonly sha256: string }
  | { readonly kind: 'unusable'; readonly failure: FileFailure };

export interface FileFailure extends Failure {
  /** Where the bytes were read. */
  readonly sha256?: string;
}

export interface FailedReply extends Failure {
  readonly kind: 'failed';
}

/** A file whose bytes are to be hashed, for the thread of a FileHasher. */
export interface HashRequest {
  /** The scanner's. */
  readonly folder: string;
  readonly file: Pick<SeenFile, 'path' | 'size' | 'mtimeMs'>;
  readonly limits: { readonly maxBytes: number; readonly readWithinMs: number };
}

export type HashReply = ({ readonly kind: 'hashed' } & HashedFile) | FailedReply;
