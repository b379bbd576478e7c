import type { Config, ScannerConfig } from '../config/schema.js';

/** Where images come from, as far as the pipeline asks. */
export type ImageSource = Pick<ScannerConfig, 'name' | 'folder' | 'labels'> & {
  /** Undefined: any size is as good. */
  readonly expectedSize?: ScannerConfig['expectedSize'];
};

/** What the pipeline needs of a configuration: the daemon's has it, and an evaluation makes one for its labelled folder. */
export interface IngestSettings {
  readonly scanners: readonly ImageSource[];
  readonly pipeline: Config['pipeline'];
  readonly review: Config['review'];
}
