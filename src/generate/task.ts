import type { Failure } from '../errors.js';
import type { CellClass } from '../images.js';

/**
 * Everything that crosses the thread boundary of the generator: one task in, one written file or a failure as
 * data out.
 */
export const SMEAR_FORMATS = ['png', 'jpeg', 'tiff'] as const;
export type SmearFormat = (typeof SMEAR_FORMATS)[number];

export interface SmearTask {
  readonly seed: number;
  readonly index: number;
  readonly cellClass: CellClass;
  readonly width: number;
  readonly height: number;
  readonly format: SmearFormat;
  readonly outDir: string;
  /** Relative to `outDir`, with forward slashes. */
  readonly file: string;
}

export interface WrittenSmear {
  readonly index: number;
  /** Relative to the output folder, with forward slashes. */
  readonly file: string;
  readonly cellClass: CellClass;
  readonly slide: number;
  /** The row's `group` in the manifest: one synthetic slide of one seed. */
  readonly group: string;
  readonly bytes: number;
}

export type SmearReply =
  { readonly ok: true; readonly smear: WrittenSmear } | { readonly ok: false; readonly failure: Failure };

export function extensionOf(format: SmearFormat): string {
  return { png: 'png', jpeg: 'jpg', tiff: 'tif' }[format];
}
