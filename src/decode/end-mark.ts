import { messageOf } from '../errors.js';
import { decoderWords } from './failures.js';
import type { ImageFormat } from './sniff.js';

const PNG_END = Buffer.from('IEND');
const JPEG_END = Buffer.from([0xff, 0xd9]);
const JPEG_SCAN = Buffer.from([0xff, 0xda]);

/**
 * Whether a file that does not decode was cut short: it has its beginning and not its end. libvips is asked as little as
 * can be, since its messages of images that fail at the same time get mixed up.
 */
export function isCutShort(bytes: Buffer, format: ImageFormat, error: unknown): boolean {
  switch (format) {
    case 'png':
      return !bytes.includes(PNG_END);
    case 'jpeg':
      // The end of a thumbnail inside comes before the image's own scans.
      return bytes.lastIndexOf(JPEG_END) <= bytes.lastIndexOf(JPEG_SCAN);
    case 'tiff':
      return /read error|truncat|premature|end of file|out of (data|bounds|order)/i.test(
        decoderWords(messageOf(error), format) ?? '',
      );
    case 'bmp':
      return false; // its header says where it ends, and that was checked before
  }
}
