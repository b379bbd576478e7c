import type { ScannerConfig } from '../config/schema.js';
import type { ImageFormat } from '../decode/sniff.js';
import type { HowComputed, KernelChoice } from '../engine.js';
import type { Failure } from '../errors.js';
import type { SeenFile } from '../files/seen-file.js';
import type { DecodedBy, DecoderChoice } from '../images.js';
import type { ModelSpec } from '../model/registry/in-use.js';
import type { ImageLook, ReviewReason } from '../record.js';

/**
 * Every message between the main thread and an inference worker, or the thread that hashes. A thread answers
 * each request exactly once, success or failure; failures cross as data, because errors lose their class and
 * code between threads.
 */

/** Given to every worker when it starts (`workerData`). */
export interface WorkerSetup {
  readonly models: readonly ModelSpec[];
  readonly kernels: KernelChoice;
  /** The ledger that says which bytes have a result; without it, all are classified. */
  readonly ledgerFile?: string;
  /** The memory of a WorkerProgress, which both threads share. */
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

export type WorkerReply = ({ readonly kind: 'classified' } & Omit<BatchReply, 'models'>) | FailedReply;

/** The answer to a batch: a worker gives it, the pool adds the models, and the recorder reads it. */
export interface BatchReply {
  /** The models that really classified it. */
  readonly models: readonly ModelSpec[];
  /** In the order of the models. */
  readonly perModel: readonly ModelOutput[];
  /** What became of each file, in the request's order; none where pixels were asked for. */
  readonly files: readonly FileReply[];
  /** Milliseconds from the request's arrival in the worker to its answer. */
  readonly workMs: number;
}

export interface ModelOutput extends HowComputed {
  /** float32, `count × classes`, row by row. */
  readonly probabilities: Float32Array;
  readonly durationMs: number;
}

export type FileReply =
  | ClassifiedImage
  /** These bytes have a result. */
  | { readonly kind: 'known'; readonly sha256: string }
  /** `sha256`: only if the bytes could be read. */
  | { readonly kind: 'unusable'; readonly sha256: string | undefined; readonly failure: Failure };

export interface ClassifiedImage {
  readonly kind: 'classified';
  readonly sha256: string;
  /** The image's row in the models' probabilities. */
  readonly row: number;
  /** Milliseconds to read and to hash it. */
  readonly readMs: number;
  readonly image: PreparedImage;
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

/** The SHA-256 of a file's bytes, and what the file system knew of the file right before they were read. */
export interface HashedFile {
  readonly sha256: string;
  readonly ctimeMs: number;
  readonly inode: number;
}

/** A file to be classified, as plain data. */
export interface FileToPrepare extends SeenFile {
  readonly scanner: string;
  /** The scanner's. */
  readonly folder: string;
  readonly expectedSize?: ScannerConfig['expectedSize'] | undefined;
  /** Classify it although its bytes have a result. */
  readonly reclassify: boolean;
}

export interface PrepareLimits {
  readonly maxFileBytes: number;
  readonly maxPixels: number;
  /** Default `auto`. */
  readonly decoder?: DecoderChoice;
  /** How long one file may take to be read: a share that does not answer must not hold a worker for ever. */
  readonly readWithinMs: number;
}

/** What decoding an image has found; its pixels lie in the batch. */
export interface PreparedImage extends DecodedBy {
  readonly format: ImageFormat;
  /** Of the file, in the orientation in which it is meant to be seen. */
  readonly width: number;
  readonly height: number;
  readonly look: ImageLook;
  readonly isExpectedSize: boolean;
  /** Reasons to have a person look at it: see `doubtsOf`. */
  readonly doubts: readonly ReviewReason[];
  readonly decodeMs: number;
}
