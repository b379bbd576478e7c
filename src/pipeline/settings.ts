import type { Config, ScannerConfig } from '../config/schema.js';
import type { PrepareLimits } from '../pool/protocol.js';

/** The settings of a scanner that the pipeline needs. */
export type ImageSource = Pick<ScannerConfig, 'name' | 'folder' | 'labels'> & {
  /** Undefined: any size is as good. */
  readonly expectedSize?: ScannerConfig['expectedSize'];
};

/**
 * What the pipeline needs of a configuration: the daemon's has it, and an evaluation makes one for its
 * labelled folder.
 */
export interface IngestSettings {
  readonly scanners: readonly ImageSource[];
  readonly pipeline: Config['pipeline'];
  readonly review: Config['review'];
}

/** The part of the time without progress that ends a batch which one file may take to be read. */
const READING_SHARE = 1 / 2;

/** `taskTimeoutMs`: how long a batch may make no progress. */
export function prepareLimits(
  { maxFileBytes, maxPixels, decoder }: Config['pipeline'],
  taskTimeoutMs: number,
): PrepareLimits {
  return { maxFileBytes, maxPixels, decoder, readWithinMs: READING_SHARE * taskTimeoutMs };
}
