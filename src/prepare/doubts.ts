import type { ImageFormat } from '../decode/sniff.js';
import type { ReviewReason } from '../record.js';
import { hasTrailingZeros } from '../watch/format-end.js';

/** Reasons to have a person look at an image that decodes, found in its bytes and not in what the models say. */
export async function doubtsOf(bytes: Buffer, format: ImageFormat): Promise<ReviewReason[]> {
  return (await mayBeUnfinished(bytes, format)) ? ['trailing-zeros'] : [];
}

/** Only a format without a mark at its end decodes although its last bytes were never written. */
async function mayBeUnfinished(bytes: Buffer, format: ImageFormat): Promise<boolean> {
  return (format === 'bmp' || format === 'tiff') && hasTrailingZeros(bytes);
}
