import type { LeftOut } from '../metrics.js';
import type { SplitPart } from '../plan.js';
import type { LabelledImage } from './find-images.js';

/** The images that an evaluation is about. */
export interface ChosenImages {
  readonly images: readonly LabelledImage[];
  readonly part: SplitPart;
  /** SHA-256 of the split's file, when the images are a part of one split. */
  readonly splitSha256?: string;
  readonly leftOut: readonly LeftOut[];
  readonly notes: readonly string[];
}
