import { messageOf } from '../errors.js';
import { imageDamaged, imageTooLarge, imageTruncated } from './failures.js';
import type { Inspection } from './inspection.js';

/**
 * A TIFF's directory often comes last, and libvips calls a file that was cut before it one of an unsupported format: it
 * is truncated. Whether the rest is whole is for libvips to say.
 * @throws SmearwatchError `image-truncated`
 */
export function assertTiffDirectory(bytes: Buffer): void {
  const isBig = bytes[2] === 43 || bytes[3] === 43;
  const header = isBig ? 16 : 8;
  if (bytes.length < header) throw imageTruncated('the file ends within its header');
  const isLittle = bytes[0] === 0x49;
  const integer = (at: number, size: number): number => {
    if (size === 8) {
      return Number(isLittle ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
    }
    return isLittle ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size);
  };
  const [countBytes, entryBytes] = isBig ? [8, 20] : [2, 12];
  const directory = isBig ? integer(8, 8) : integer(4, 4);
  const isThere = directory + countBytes <= bytes.length;
  const end = isThere ? directory + countBytes + entryBytes * integer(directory, countBytes) : Infinity;
  if (end > bytes.length) throw imageTruncated('the file ends before its directory');
}

/** Reads the directory of a TIFF that is not ordinary. */
export function inspectTiff(bytes: Buffer, maxPixels: number): Inspection {
  return {
    assertWhole: () => assertTiffDirectory(bytes),
    repaired: () => undefined,
    failure: (cause) => {
      const message = messageOf(cause);
      if (/exceeds pixel limit/i.test(message)) return imageTooLarge(undefined, maxPixels, cause);
      return /read error|truncat|premature|end of file|out of (data|bounds|order)/i.test(message)
        ? imageTruncated('its end is missing', cause)
        : imageDamaged('its TIFF data cannot be decoded', cause);
    },
  };
}
