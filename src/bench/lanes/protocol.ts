import type { EngineName, KernelChoice } from '../../engine.js';
import type { DecoderChoice } from '../../images.js';
import type { Failure } from '../../errors.js';

/**
 * Every message between the bench and one of its threads. A lane does one kind of work, which its setup says,
 * one piece after the other; it answers each request once, and failures cross as data.
 */
export type LaneSetup = DecodeSetup | NetworkSetup | ImageSetup | ProductSetup | HashSetup;

/** Files to pixels, by Smearwatch or by sharp alone, which is the yardstick. A piece is a file. */
export interface DecodeSetup {
  readonly kind: 'decode';
  readonly files: readonly string[];
  readonly decoder: 'smearwatch' | 'sharp';
  /** Value of `pipeline.decoder`. */
  readonly choice?: DecoderChoice;
}

/** One model on batches. A piece is a batch. */
export interface NetworkSetup {
  readonly kind: 'network';
  readonly model: LaneModel;
  /** Images of the contract, of which batches are made. */
  readonly pixels: SharedArrayBuffer;
}

/**
 * Files through the decoder and every model, alone: what an image takes that waits for nothing. A piece is a
 * file.
 */
export interface ImageSetup {
  readonly kind: 'image';
  readonly files: readonly string[];
  readonly decoder: DecoderChoice;
  readonly models: readonly LaneModel[];
}

/** Products of float32 matrices, rows × side by side × side, by ONNX Runtime. A piece is a product. */
export interface ProductSetup {
  readonly kind: 'product';
  readonly rows: number;
  readonly side: number;
}

/** SHA-256 of bytes in memory. A piece is so many of them. */
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

/** Does one piece; `batch` images of it, where a piece is a batch. */
export type LaneWork = (batch: number) => Promise<unknown>;

export interface LaneRequest {
  /** `0`: get ready, which is loading and one piece that nobody counts. */
  readonly seconds: number;
  /** Images of a piece, where a piece is a batch. */
  readonly batch: number;
}

export type LaneReply =
  | {
      readonly kind: 'done';
      /** Of each piece, in milliseconds. */
      readonly durationsMs: Float64Array;
      /** From the first piece's start to the last one's end. */
      readonly seconds: number;
    }
  | ({ readonly kind: 'failed' } & Failure);
