import { crc32 } from 'node:zlib';
import { IMAGE_SIDE } from '../images.js';
import type { ImageSize } from './shrinker.js';

/** The zlib stream is what the parts hold one after the other. */
export interface OrdinaryPng extends ImageSize {
  readonly parts: readonly Uint8Array[];
}

const MAGIC_BYTES = 8;
const HEADER_BYTES = 13;
/** Eight bits a channel, RGB, and the first method of compression, filters and interlacing. */
const ORDINARY_HEADER = Buffer.from([8, 2, 0, 0, 0]);
/** What changes no pixel, and what libvips does not look into. */
const HARMLESS = new Set(['gAMA', 'cHRM', 'sRGB', 'sBIT', 'bKGD', 'pHYs', 'tIME', 'tEXt']);

/**
 * Returns the compressed data of a PNG of the kind that scanners write. Undefined: the PNG is of another
 * kind, or its chunks do not follow each other, whole and with correct checksums, to the end of the file.
 */
export function ordinaryPng(bytes: Buffer, maxPixels: number): OrdinaryPng | undefined {
  const parts: Uint8Array[] = [];
  let size: ImageSize | undefined;
  let before = '';
  for (const { type, data } of wholeChunks(bytes)) {
    if (type === 'IHDR' && before === '') size = ordinarySize(data, maxPixels);
    else if (type === 'IDAT' && (parts.length === 0 || before === 'IDAT')) parts.push(data);
    else if (type === 'IEND')
      return size === undefined || parts.length === 0 || data.length > 0 ? undefined : { ...size, parts };
    else if (!HARMLESS.has(type)) return undefined;
    if (size === undefined) return undefined;
    before = type;
  }
  return undefined;
}

function ordinarySize(header: Buffer, maxPixels: number): ImageSize | undefined {
  if (header.length !== HEADER_BYTES || !header.subarray(8).equals(ORDINARY_HEADER)) return undefined;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const isOrdinary = width >= IMAGE_SIDE && height >= IMAGE_SIDE && width * height <= maxPixels;
  return isOrdinary ? { width, height } : undefined;
}

/**
 * Ends before the first that is not whole, and before one that would be the last and is not at the end of the
 * file.
 */
function* wholeChunks(bytes: Buffer): Generator<{ type: string; data: Buffer }> {
  for (let at = MAGIC_BYTES; at + 12 <= bytes.length;) {
    const end = at + 8 + bytes.readUInt32BE(at);
    if (end + 4 > bytes.length) return;
    const typeAndData = bytes.subarray(at + 4, end);
    if (crc32(typeAndData) !== bytes.readUInt32BE(end)) return;
    const type = typeAndData.toString('latin1', 0, 4);
    at = end + 4;
    if (type === 'IEND' && at !== bytes.length) return;
    yield { type, data: typeAndData.subarray(4) };
  }
}
