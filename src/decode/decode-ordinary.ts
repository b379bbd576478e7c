import { ordinaryPng } from './ordinary-png.js';
import { ordinaryTiff } from './ordinary-tiff.js';
import type { SharpFormat } from './inspect.js';
import { shrinkJpeg, shrinkPng, shrinkTiff, type SeeRows, type Shrunk } from './shrinker.js';

/**
 * Decodes what scanners write with native/shrink, which refuses what is of another kind, or not whole.
 * @param see gets the rows of a PNG or TIFF at full resolution; a JPEG is decoded at a fraction of it
 */
export function decodeOrdinary(
  bytes: Buffer,
  format: SharpFormat,
  maxPixels: number,
  into: Buffer,
  see?: SeeRows,
): Shrunk {
  switch (format) {
    case 'jpeg':
      return shrinkJpeg(bytes, maxPixels, into);
    case 'png': {
      const png = ordinaryPng(bytes, maxPixels);
      return png ? shrinkPng(png.parts, png, into, see) : 'image-not-ordinary';
    }
    case 'tiff': {
      const tiff = ordinaryTiff(bytes, maxPixels);
      return tiff ? shrinkTiff(tiff, into, see) : 'image-not-ordinary';
    }
  }
}
