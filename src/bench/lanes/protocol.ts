import type { EngineName, KernelChoice } from '../../engine.js';
import type { DecoderChoice } from '../../images.js';
import type { Failure } from '../../errors.js';

/**
 * Every message between the bench and one of its threads. A lane does one kind of work, which its setup
 * names, one piece after the other. It answers each request once, and failures cross threads as data.
 */
export type LaneSetup = DecodeSetup | NetworkSetup | ImageSetup | ProductSetup | HashSetup;

/** Decodes files to pixels, by Smearwatch or, as the yardstick, by sharp alone. A piece is a file. */
export interface DecodeSetup {
  readonly kind: 'decode';
  readonly files: readonly string[];
  readonly decoder: 'smearwatch' | 'sharp';
  /** Value of `pipeline.decoder`. */
  readonly choice?: DecoderChoice;
}

/** Runs one model on batches. A piece is a batch. */
export interface NetworkSetup {
  readonly kind: 'network';
  readonly model: LaneModel;
  /** Images of the contract, from which batches are made. */
  readonly pixels: SharedArrayBuffer;
}

/**
 * Takes files through the decoder and every model, alone: the time of an image that waits for nothing. A
 * piece is a file.
 */
export interface ImageSetup {
  readonly kind: 'image';
  readonly files: readonly string[];
  readonly decoder: DecoderChoice;
  readonly models: readonly LaneModel[];
}

/** Multiplies float32 matrices, rows × side by side × side, by ONNX Runtime. A piece is a product. */
export interface ProductSetup {
  readonly kind: 'product';
  readonly rows: number;
  readonly side: number;
}

/** Computes the SHA-256 of bytes in memory. A piece is `bytes` bytes. */
export interface HashSetup {
  readonly kind: 'hash';
  readonly bytes: number;
}

export interface LaneModel {
  readonly engine: EngineName;
  readonly file: string;
  readonly classes: number;
  readonly kernels?: KernelChoice;
}

/** Does one piece of work, on `batch` images if a piece is a batch. */
export type LaneWork = (batch: number) => Promise<unknown>;

export interface LaneRequest {
  /** Seconds to measure; `0` loads the lane and does one piece that does not count. */
  readonly seconds: number;
  /** Number of images in a piece, if a piece is a batch. */
  readonly batch: number;
}

export type LaneReply =
  | {
      readonly kind: 'done';
      /** Duration of each piece, in milliseconds. */
      readonly durationsMs: Float64Array;
      /** Time from the start of the first piece to the end of the last. */
      readonly seconds: number;
    }
  | ({ readonly kind: 'failed' } & Failure);
