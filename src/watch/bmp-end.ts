import type { ByteSource, FormatEnd } from './byte-source.js';
import { endsInZeros } from './trailing-zeros.js';

/** The file header of 14 bytes and the beginning of the info header, which is longer. */
const HEADER_BYTES = 54;
const INFO_HEADER_BYTES = 40;
/** Uncompressed (BI_RGB, BI_BITFIELDS): how many bytes the pixels take is known. */
const UNCOMPRESSED = [0, 3];

/**
 * BMP has no mark at its end: the header says how large the file is, which some writers leave 0, and the
 * picture.
 */
export async function bmpEnd(head: Buffer, source: ByteSource): Promise<FormatEnd> {
  const promised = head.readUInt32LE(2);
  const pixels = pixelBytes(head);
  const end = pixels?.end ?? promised;
  if (Math.max(promised, end) > source.size) return 'missing';
  const start = pixels?.start ?? 0;
  if (await endsInZeros(source, { start, end: end > HEADER_BYTES ? end : source.size })) return 'zeros';
  return end > HEADER_BYTES ? 'present' : 'unknown';
}

/** Returns the byte range of the pixels; undefined if the header does not define it. */
function pixelBytes(head: Buffer): { start: number; end: number } | undefined {
  if (head.length < HEADER_BYTES || head.readUInt32LE(14) < INFO_HEADER_BYTES) return undefined;
  if (!UNCOMPRESSED.includes(head.readUInt32LE(30))) return undefined;
  const [width, height] = [head.readInt32LE(18), Math.abs(head.readInt32LE(22))];
  if (width < 1 || height < 1) return undefined;
  const start = head.readUInt32LE(10);
  const rowBytes = Math.ceil((width * head.readUInt16LE(28)) / 32) * 4;
  return { start, end: start + rowBytes * height };
}
