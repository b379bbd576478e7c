import type { Images, KernelOffset } from './kernel.js';

/** Memory for values between a stage's steps. All stages use the same, since only one runs at a time. */
export interface Scratch {
  readonly tiles: KernelOffset;
  readonly products: KernelOffset;
  readonly bias: KernelOffset;
}

/** A stage that is ready for images of one size. */
export interface ReadyStage {
  /** Rows and columns of the output. */
  readonly side: number;
  readonly channels: number;
  /** Number of floats of scratch memory that the stage needs. */
  readonly scratch: Readonly<Record<keyof Scratch, number>>;
  /** Computes float32 [images, side, side, channels] of the output from that of the input. */
  run(from: Images, to: KernelOffset, scratch: Scratch): Promise<void>;
  release(): Promise<void>;
}
