import type { Config, ScannerConfig } from '../config/schema.js';
import type { PrepareLimits } from '../pool/protocol.js';

/** A source of images, with the options that the pipeline needs. */
export type ImageSource = Pick<ScannerConfig, 'name' | 'folder' | 'labels'> & {
  /** Expected size of images; undefined if any size is valid. */
  readonly expectedSize?: ScannerConfig['expectedSize'];
};

/**
 * The options that the pipeline needs. The daemon passes its configuration, and an evaluation makes one for
 * its labelled folder.
 */
export interface IngestSettings {
  readonly scanners: readonly ImageSource[];
  readonly pipeline: Config['pipeline'];
  readonly review: Config['review'];
}

/** Share of `taskTimeoutMs` that reading one file may take. */
const READING_SHARE = 1 / 2;

/** Limits for preparing files. `taskTimeoutMs`: how long a batch may make no progress. */
export function prepareLimits(
  { maxFileBytes, maxPixels, decoder }: Config['pipeline'],
  taskTimeoutMs: number,
): PrepareLimits {
  return { maxFileBytes, maxPixels, decoder, readWithinMs: READING_SHARE * taskTimeoutMs };
}
