import { ordinaryPng } from './ordinary-png.js';
import { ordinaryTiff } from './ordinary-tiff.js';
import { shrinkJpeg, shrinkPng, shrinkTiff, type SeeRows, type ImageSize } from './shrinker.js';
import type { ImageFormat } from './sniff.js';

/**
 * Decodes what scanners write with native/shrink; undefined: it is of another kind, or not whole.
 * @param see gets the rows of a PNG or TIFF at full resolution; a JPEG is decoded at a fraction of it
 */
export function decodeOrdinary(
  bytes: Buffer,
  format: ImageFormat,
  maxPixels: number,
  into: Buffer,
  see?: SeeRows,
): ImageSize | undefined {
  switch (format) {
    case 'jpeg':
      return shrinkJpeg(bytes, maxPixels, into);
    case 'png': {
      const png = ordinaryPng(bytes, maxPixels);
      return png && shrinkPng(png.parts, png, into, see);
    }
    case 'tiff': {
      const tiff = ordinaryTiff(bytes, maxPixels);
      return tiff && shrinkTiff(tiff, into, see);
    }
    case 'bmp':
      return undefined;
  }
}
