import { MARKER, type JpegLayout, type JpegSegment } from './segments.js';

const JFIF = Buffer.from('JFIF\0');
/** Offset of the major version in a JFIF segment's data; 1 and 2 are known. */
const MAJOR_VERSION = 5;

/**
 * Returns the JPEG without the faults between its scans: bytes that belong to no segment, and a JFIF version
 * that does not exist. Scans and tables are copied unchanged, so that damaged pixels stay damaged. Undefined:
 * the file has no such fault.
 */
export function withoutHarmlessJpegDamage(
  bytes: Buffer,
  { segments, hasJunk, isWhole }: JpegLayout,
): Buffer | undefined {
  const hasOddVersion = segments.some(isOddJfif);
  // A second start is a second file: which of the two is meant, the bytes do not say.
  const hasSecondStart = segments.some(({ marker }) => marker === MARKER.start);
  if (!isWhole || hasSecondStart || !(hasJunk || hasOddVersion)) return undefined;
  const parts = segments.map((segment) => {
    const part = bytes.subarray(segment.start, segment.end);
    return isOddJfif(segment) ? withKnownVersion(part) : part;
  });
  return Buffer.concat([bytes.subarray(0, 2), ...parts]);
}

function isOddJfif({ marker, data }: JpegSegment): boolean {
  const major = data[MAJOR_VERSION];
  return marker === MARKER.app0 && data.subarray(0, 5).equals(JFIF) && major !== 1 && major !== 2;
}

function withKnownVersion(segment: Buffer): Buffer {
  const copy = Buffer.from(segment);
  if (copy.length > 4 + MAJOR_VERSION) copy[4 + MAJOR_VERSION] = 1;
  return copy;
}
