import type { ImageFormat } from '../../decode/sniff.js';
import type { ReviewReason } from '../../record.js';
import { hasTrailingZeros } from '../../watch/format-end.js';
import { doubtsAboutPicture } from './picture-doubts.js';

/**
 * Reasons for a person to review an image that decodes; they come from the image itself and not from the
 * models.
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

/** Whether the last bytes may be missing. Only a format without an end marker decodes without them. */
async function mayBeUnfinished(bytes: Buffer, format: ImageFormat): Promise<boolean> {
  return (format === 'bmp' || format === 'tiff') && hasTrailingZeros(bytes);
}
