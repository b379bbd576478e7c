import { decode } from 'bmp-ts';
import { SmearwatchError } from '../errors.js';
import { imageDamaged, imageTooLarge, imageTruncated } from './failures.js';

export interface RawPixels {
  /** RGBA; the fourth byte means nothing, since many writers leave it 0. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Offsets in the file header (14 bytes) and the info header after it (40 bytes or more), all little-endian. */
const FIELD = { pixels: 10, width: 18, height: 22, bits: 28, compression: 30, headersEnd: 54 } as const;
/** BI_RGB, BI_BITFIELDS: rows of a fixed length, unlike run-length coding. */
const FIXED_ROWS = new Set([0, 3]);

/**
 * BMP, which sharp's prebuilt libvips does not read. Sizes are checked before the decoder sees them, since a header may
 * claim any, and the decoder fills in what a truncated file lacks.
 */
export function decodeBmp(bytes: Buffer, maxPixels: number): RawPixels {
  if (bytes.length < FIELD.headersEnd) throw imageTruncated('the file ends within its header');
  const width = bytes.readInt32LE(FIELD.width);
  // Negative: the first row is the top one.
  const height = Math.abs(bytes.readInt32LE(FIELD.height));
  if (width < 1 || height < 1) throw imageDamaged(`its header says ${width}×${height} pixels`);
  if (width * height > maxPixels) throw imageTooLarge(width, height, maxPixels);
  assertComplete(bytes, width, height);
  try {
    return { data: decode(bytes, { toRGBA: true }).data, width, height };
  } catch (cause) {
    throw cause instanceof SmearwatchError ? cause : imageDamaged('it does not decode', cause);
  }
}

function assertComplete(bytes: Buffer, width: number, height: number): void {
  if (!FIXED_ROWS.has(bytes.readUInt32LE(FIELD.compression))) {
    // Run-length coded rows end with 00 01.
    if (!(bytes.at(-1) === 1 && bytes.at(-2) === 0)) throw imageTruncated('its end mark is missing');
    return;
  }
  const rowBytes = Math.ceil((width * bytes.readUInt16LE(FIELD.bits)) / 32) * 4;
  if (bytes.readUInt32LE(FIELD.pixels) + rowBytes * height > bytes.length) {
    throw imageTruncated('the file ends before its last row');
  }
}
