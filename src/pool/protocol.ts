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
  /** The ledger that knows which bytes have a result; without it, all files are classified. */
  readonly ledgerFile?: string;
  /** The memory of a WorkerProgress, which both threads share. */
  readonly progress: SharedArrayBuffer;
  /** Memory of the NativeLock that this thread holds. */
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
  /** The models that actually classified it. */
  readonly models: readonly ModelSpec[];
  /** One output for each model, in the order of the models. */
  readonly perModel: readonly ModelOutput[];
  /** The outcome of each file, in the request's order; empty if the request had pixels. */
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
  /** The ledger has a result for these bytes. */
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

/** A file whose bytes the thread of a FileHasher hashes. */
export interface HashRequest {
  /** The scanner's folder. */
  readonly folder: string;
  readonly file: Pick<SeenFile, 'path' | 'size' | 'mtimeMs'>;
  readonly limits: { readonly maxBytes: number; readonly readWithinMs: number };
}

export type HashReply = ({ readonly kind: 'hashed' } & HashedFile) | FailedReply;

/**
 * The SHA-256 of a file's bytes, and what the file system reported about the file right before they were
 * read.
 */
export interface HashedFile {
  readonly sha256: string;
  readonly ctimeMs: number;
  readonly inode: number;
}

/** A file to be classified, as plain data. */
export interface FileToPrepare extends SeenFile {
  readonly scanner: string;
  /** The scanner's folder. */
  readonly folder: string;
  readonly expectedSize?: ScannerConfig['expectedSize'] | undefined;
  /** Classify the file even if its bytes have a result. */
  readonly reclassify: boolean;
}

export interface PrepareLimits {
  readonly maxFileBytes: number;
  readonly maxPixels: number;
  /** Choice of decoder; the default is `auto`. */
  readonly decoder?: DecoderChoice;
  /** Time limit for reading one file: a share that does not answer must not hold a worker without limit. */
  readonly readWithinMs: number;
}

/** Properties that decoding an image has found; its pixels are in the batch. */
export interface PreparedImage extends DecodedBy {
  readonly format: ImageFormat;
  /** Width of the file's image in pixels, in the orientation in which it is displayed. */
  readonly width: number;
  readonly height: number;
  readonly look: ImageLook;
  readonly isExpectedSize: boolean;
  /** Reasons for a person to review the image: see `doubtsOf`. */
  readonly doubts: readonly ReviewReason[];
  readonly decodeMs: number;
}
