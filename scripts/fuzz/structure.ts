import { crcOf } from '../../test/decode/png.js';
import type { ImageFormat } from '../../src/decode/sniff.js';

/** A number in a file that its decoder believes: a length, an offset, a count, a dimension. */
export interface Field {
  readonly at: number;
  readonly bytes: 1 | 2 | 4 | 8;
  readonly isLittle: boolean;
}

/** A piece that a decoder takes as a whole: a chunk, a segment, a directory's entry. */
export interface Piece {
  readonly from: number;
  readonly to: number;
}

export interface Structure {
  readonly fields: readonly Field[];
  readonly pieces: readonly Piece[];
}

/**
 * Finds the positions of a file's numbers and pieces. Only whole ones are listed: the file may be mutated
 * already.
 */
export function structureOf(bytes: Buffer, format: ImageFormat): Structure {
  switch (format) {
    case 'png':
      return pngStructure(bytes);
    case 'jpeg':
      return jpegStructure(bytes);
    case 'tiff':
      return tiffStructure(bytes);
    case 'bmp':
      return { fields: BMP_FIELDS, pieces: [{ from: 0, to: 54 }] };
  }
}

/** Makes every chunk's checksum right, so that a mutation gets past the first check and into the decoder. */
export function repairPng(bytes: Buffer): void {
  for (const { from, to } of pngStructure(bytes).pieces)
    bytes.writeUInt32BE(crcOf(bytes.subarray(from + 4, to - 4)), to - 4);
}

function pngStructure(bytes: Buffer): Structure {
  const fields: Field[] = [];
  const pieces: Piece[] = [];
  for (let at = 8; at + 12 <= bytes.length;) {
    const to = at + 12 + bytes.readUInt32BE(at);
    if (to > bytes.length) break;
    pieces.push({ from: at, to });
    fields.push({ at, bytes: 4, isLittle: false });
    if (bytes.toString('latin1', at + 4, at + 8) === 'IHDR') {
      fields.push({ at: at + 8, bytes: 4, isLittle: false }, { at: at + 12, bytes: 4, isLittle: false });
      for (let field = at + 16; field < at + 21; field++)
        fields.push({ at: field, bytes: 1, isLittle: false });
    }
    at = to;
  }
  return { fields, pieces };
}

function jpegStructure(bytes: Buffer): Structure {
  const fields: Field[] = [];
  const pieces: Piece[] = [];
  for (let at = 2; at + 4 <= bytes.length;) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff || marker === 0 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd9)) {
      at += 1; // within a scan
      continue;
    }
    const to = at + 2 + bytes.readUInt16BE(at + 2);
    if (to > bytes.length) break;
    pieces.push({ from: at, to });
    fields.push({ at: at + 2, bytes: 2, isLittle: false });
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame)
      fields.push({ at: at + 5, bytes: 2, isLittle: false }, { at: at + 7, bytes: 2, isLittle: false });
    for (let field = at + 4; field < Math.min(to, at + 24); field++)
      fields.push({ at: field, bytes: 1, isLittle: false });
    at = to;
  }
  return { fields, pieces };
}

function tiffStructure(bytes: Buffer): Structure {
  const isLittle = bytes[0] === 0x49;
  const isBig = bytes[2] === 43 || bytes[3] === 43;
  const read = (at: number, size: number): number => {
    if (size === 8) return Number(isLittle ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
    return isLittle ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size);
  };
  const [wide, countBytes, entryBytes] = isBig ? ([8, 8, 20] as const) : ([4, 2, 12] as const);
  const fields: Field[] = [{ at: isBig ? 8 : 4, bytes: wide, isLittle }];
  const pieces: Piece[] = [];
  let directory = bytes.length < 16 ? 0 : read(isBig ? 8 : 4, wide);
  for (let pages = 0; pages < 4 && directory > 0 && directory + countBytes <= bytes.length; pages++) {
    const entries = read(directory, countBytes);
    const end = directory + countBytes + entries * entryBytes;
    if (end + wide > bytes.length) break;
    fields.push({ at: directory, bytes: countBytes, isLittle }, { at: end, bytes: wide, isLittle });
    for (let at = directory + countBytes; at < end; at += entryBytes) {
      pieces.push({ from: at, to: at + entryBytes });
      fields.push({ at, bytes: 2, isLittle }, { at: at + 2, bytes: 2, isLittle });
      fields.push({ at: at + 4, bytes: wide, isLittle }, { at: at + 4 + wide, bytes: wide, isLittle });
      fields.push({ at: at + 4 + wide, bytes: 2, isLittle });
      fields.push(...valuesApart(bytes, { at, wide, isLittle, read }));
    }
    directory = read(end, wide);
  }
  return { fields, pieces };
}

/** Bytes of a value by its type: SHORT, LONG and LONG8, of which offsets, counts and bits are made. */
const NUMBERS: Readonly<Record<number, 2 | 4 | 8>> = { 3: 2, 4: 4, 16: 8 };
const MOST_VALUES = 4;

/** The first numbers of an entry that has too many of them to hold them itself. */
function valuesApart(
  bytes: Buffer,
  {
    at,
    wide,
    isLittle,
    read,
  }: { at: number; wide: 4 | 8; isLittle: boolean; read: (at: number, size: number) => number },
): Field[] {
  const size = NUMBERS[read(at + 2, 2)];
  const count = read(at + 4, wide);
  if (size === undefined || size * count <= wide) return [];
  const start = read(at + 4 + wide, wide);
  return Array.from({ length: Math.min(count, MOST_VALUES) }, (_, index): Field => {
    return { at: start + index * size, bytes: size, isLittle };
  }).filter((field) => field.at + size <= bytes.length);
}

const BMP_FIELDS: readonly Field[] = [
  ...[2, 10, 14, 18, 22, 30, 34, 46, 50, 54, 58, 62].map((at): Field => ({ at, bytes: 4, isLittle: true })),
  ...[26, 28].map((at): Field => ({ at, bytes: 2, isLittle: true })),
];
