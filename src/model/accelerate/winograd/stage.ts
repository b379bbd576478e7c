import type { Images, KernelOffset } from './kernel.js';

/**
 * Memory for what lies between a stage's steps: stages follow each other, so that all of them use the same.
 */
export interface Scratch {
  readonly tiles: KernelOffset;
  readonly products: KernelOffset;
  readonly bias: KernelOffset;
}

/** A stage for images of one side. */
export interface ReadyStage {
  /** Of its output. */
  readonly side: number;
  readonly channels: number;
  /** Floats of each that it needs. */
  readonly scratch: Readonly<Record<keyof Scratch, number>>;
  /** float32 [images, side, side, channels] of its input to the same of its output */
  run(from: Images, to: KernelOffset, scratch: Scratch): Promise<void>;
  release(): Promise<void>;
}
