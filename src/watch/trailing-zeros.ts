import type { ByteSource } from './byte-source.js';

/**
 * Number of zeros at the end of the pixels that counts as bytes that were never written. Fewer are at most
 * 170 pixels, too few to change a result, and the last pixels of a whole picture may be black.
 */
const ZERO_BYTES = 512;

/**
 * Whether the pixels, which take the bytes from `start` to `end` of the file, end in zeros. A copy to a share
 * and a power cut both leave files of their final size whose rest is zeros, and neither BMP nor TIFF has a
 * mark at its end. A picture with a black margin looks the same: which of the two it is, only time tells.
 */
export async function endsInZeros(
  source: ByteSource,
  { start, end }: { start: number; end: number },
): Promise<boolean> {
  const from = Math.max(start, end - ZERO_BYTES);
  if (from >= end) return false;
  const bytes = await source.read(from, end - from);
  return isZero(bytes);
}

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
