import { hasRightChecksum, isCritical, type PngChunk } from './chunks.js';

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly colour: number;
}

const HEADER_BYTES = 13;
const KNOWN: readonly string[] = ['IHDR', 'PLTE', 'IDAT', 'IEND'];
const MOST_COLUMNS_OR_ROWS = 2 ** 31 - 1;
const INDEXED = 3;
/** Bits of a sample that each kind of colour may have (ISO/IEC 15948, table 11.1). */
const BITS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  [INDEXED]: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** Undefined: the first chunk is no header. */
export function readPngHeader([first]: readonly PngChunk[]): PngHeader | undefined {
  if (first?.type !== 'IHDR' || first.data.length !== HEADER_BYTES) return undefined;
  const { data } = first;
  return {
    width: data.readUInt32BE(0),
    height: data.readUInt32BE(4),
    bits: data.readUInt8(8),
    colour: data.readUInt8(9),
  };
}

/** What a PNG has that is not decoded, for "The PNG has …"; undefined: nothing that its chunks tell. */
export function unsupportedInPng(bytes: Buffer, chunks: readonly PngChunk[]): string | undefined {
  const unknown = chunks.find(
    (chunk) => isCritical(chunk) && !KNOWN.includes(chunk.type) && hasRightChecksum(bytes, chunk),
  );
  if (unknown?.type === 'CgBI') return "Apple's own format for apps (CgBI)";
  return unknown && `a critical chunk that no standard describes (${unknown.type})`;
}

/** What is wrong with a PNG's chunks; undefined: nothing, so that it must be the compressed pixels. */
export function damageOfPng(bytes: Buffer, chunks: readonly PngChunk[]): string | undefined {
  const header = readPngHeader(chunks);
  if (header === undefined) return 'its first chunk is not a header';
  const wrong = chunks.find((chunk) => isCritical(chunk) && !hasRightChecksum(bytes, chunk));
  if (wrong !== undefined) return wrongChecksum(wrong);
  const { width, height, bits, colour } = header;
  if ([width, height].some((side) => side < 1 || side > MOST_COLUMNS_OR_ROWS))
    return `its header says ${width}×${height} pixels`;
  if (BITS[colour]?.includes(bits) !== true) return `its header says ${bits} bits of colour type ${colour}`;
  const has = (type: string): boolean => chunks.some((chunk) => chunk.type === type);
  if (!has('IDAT')) return 'it has no pixel data';
  return colour === INDEXED && !has('PLTE') ? 'it has no palette' : undefined;
}

export function wrongChecksum({ type, start }: PngChunk): string {
  return `the checksum of chunk ${type} at byte ${start} is wrong`;
}
