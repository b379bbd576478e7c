import type { ImageFormat } from '../../decode/sniff.js';
import type { ReviewReason } from '../../record.js';
import { hasTrailingZeros } from '../../watch/format-end.js';
import { doubtsAboutPicture } from './picture-doubts.js';

/**
 * Reasons to have a person look at an image that decodes, found in it and not in what the models say.
 * @param pixels uint8, 256×256×3, RGB
 */
export async function doubtsOf(
  bytes: Buffer,
  format: ImageFormat,
  pixels: Uint8Array,
): Promise<ReviewReason[]> {
  const isUnfinished = await mayBeUnfinished(bytes, format);
  return [...(isUnfinished ? (['trailing-zeros'] as const) : []), ...doubtsAboutPicture(pixels)];
}

/** Only a format without a mark at its end decodes although its last bytes were never written. */
async function mayBeUnfinished(bytes: Buffer, format: ImageFormat): Promise<boolean> {
  return (format === 'bmp' || format === 'tiff') && hasTrailingZeros(bytes);
}
