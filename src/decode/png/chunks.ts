import { crc32 } from 'node:zlib';

export interface PngChunk {
  /** Four letters. */
  readonly type: string;
  /** Offset of its length, and the offset behind its checksum. */
  readonly start: number;
  readonly end: number;
  readonly data: Buffer;
}

export interface PngLayout {
  /** One after the other, up to and with IEND, if that is there. */
  readonly chunks: readonly PngChunk[];
  /** Offset behind the last of them. */
  readonly end: number;
  /** IEND, the last chunk, was reached. */
  readonly isWhole: boolean;
}

const MAGIC_BYTES = 8;

/** The chunks of a PNG file (ISO/IEC 15948, 5.3), without checking their checksums. */
export function readPngChunks(bytes: Buffer): PngLayout {
  const chunks: PngChunk[] = [];
  let at = MAGIC_BYTES;
  while (at + 12 <= bytes.length) {
    const end = at + 12 + bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (end > bytes.length || !/^[a-z]{4}$/i.test(type)) break;
    chunks.push({ type, start: at, end, data: bytes.subarray(at + 8, end - 4) });
    at = end;
    if (type === 'IEND') return { chunks, end, isWhole: true };
  }
  return { chunks, end: at, isWhole: false };
}

export function hasRightChecksum(bytes: Buffer, { start, end }: PngChunk): boolean {
  return crc32(bytes.subarray(start + 4, end - 4)) === bytes.readUInt32BE(end - 4);
}

/**
 * A reader that does not know a critical chunk cannot show the picture; the first letter's case says which
 * are.
 */
export function isCritical({ type }: PngChunk): boolean {
  return /^[A-Z]/.test(type);
}
