import type { Reading } from './reading.js';
import { TYPE_BYTES, WHOLE_TYPES } from './tags.js';

/** How a TIFF or BigTIFF writes its numbers, and how long it is. */
export interface TiffFile {
  readonly isLittle: boolean;
  /** BigTIFF: offsets and counts of 8 bytes. */
  readonly isBig: boolean;
  readonly size: number;
  /** Position of the first directory. */
  readonly first: number;
}

export interface TiffEntry {
  readonly type: number;
  /** How many values it has. */
  readonly count: number;
  /** Position of the values in the file; short values are inside the directory. */
  readonly position: number;
  readonly byteLength: number;
  /** The values themselves, where they fit into the directory. */
  readonly inside: Buffer | undefined;
}

export interface TiffDirectory {
  /** Entries by their tag. If a tag occurs twice, its first entry is used, as in libtiff. */
  readonly entries: ReadonlyMap<number, TiffEntry>;
  /** Position of the next page's directory; 0: this is the last page. */
  readonly next: number;
}

/** `cut`: it is not, or not yet, in the file. `absurd`: no writer writes it like that. */
export type TiffProblem = 'cut' | 'absurd';

/** libtiff's own limit is the same. */
const MOST_ENTRIES = 4096;
const BIG_MAGIC = 43;

export function* readHeader(size: number): Reading<TiffFile | TiffProblem> {
  const head = yield { position: 0, length: 16 };
  const isLittle = head[0] === 0x49;
  const isBig = head[isLittle ? 2 : 3] === BIG_MAGIC;
  if (head.length < (isBig ? 16 : 8)) return 'cut';
  const first = unsignedAt({ isLittle }, head, isBig ? 8 : 4, isBig ? 8 : 4);
  const hasOddOffsets = isBig && unsignedAt({ isLittle }, head, 4, 2) !== 8;
  return hasOddOffsets ? 'absurd' : { isLittle, isBig, size, first };
}

/** Entries in any order: writers that do not sort them lose nothing by it. */
export function* readDirectory(file: TiffFile, position: number): Reading<TiffDirectory | TiffProblem> {
  const { countBytes, entryBytes, offsetBytes } = widthsOf(file);
  // Offset 0 is what a writer leaves there until the directory is written.
  if (position === 0 || position + countBytes > file.size) return 'cut';
  const head = yield { position, length: countBytes };
  if (head.length < countBytes) return 'cut';
  const count = unsignedAt(file, head, 0, countBytes);
  // Zeros where the directory will be: the file was given its size before its bytes.
  if (count === 0) return 'cut';
  if (count > MOST_ENTRIES) return 'absurd';
  const start = position + countBytes;
  const length = count * entryBytes;
  const bytes = yield { position: start, length: length + offsetBytes };
  if (bytes.length < length + offsetBytes) return 'cut';
  const entries = new Map<number, TiffEntry>();
  for (let at = 0; at < length; at += entryBytes) {
    const tag = unsignedAt(file, bytes, at, 2);
    if (!entries.has(tag)) entries.set(tag, entryAt(file, bytes, at, start));
  }
  return { entries, next: unsignedAt(file, bytes, length, offsetBytes) };
}

/** The whole numbers of an entry: `absurd` where it holds none, or more than `mostBytes` of them. */
export function* readNumbers(
  file: TiffFile,
  { type, count, position, byteLength, inside }: TiffEntry,
  mostBytes: number,
): Reading<number[] | TiffProblem> {
  if (!WHOLE_TYPES.has(type) || byteLength > mostBytes) return 'absurd';
  if (position + byteLength > file.size) return 'cut';
  const bytes = inside ?? (yield { position, length: byteLength });
  if (bytes.length < byteLength) return 'cut';
  const size = TYPE_BYTES[type] ?? 0;
  const numbers = new Array<number>(count);
  for (let at = 0; at < count; at += 1) numbers[at] = unsignedAt(file, bytes, at * size, size);
  return numbers;
}

/** Bytes of a count of entries, of an entry, and of an offset. */
export function widthsOf({ isBig }: Pick<TiffFile, 'isBig'>): {
  readonly countBytes: number;
  readonly entryBytes: number;
  readonly offsetBytes: number;
} {
  return isBig
    ? { countBytes: 8, entryBytes: 20, offsetBytes: 8 }
    : { countBytes: 2, entryBytes: 12, offsetBytes: 4 };
}

/** @param start position of the first entry in the file; `at` is relative to it. */
function entryAt(file: TiffFile, bytes: Buffer, at: number, start: number): TiffEntry {
  const { offsetBytes } = widthsOf(file);
  const type = unsignedAt(file, bytes, at + 2, 2);
  const count = unsignedAt(file, bytes, at + 4, offsetBytes);
  const value = at + 4 + offsetBytes;
  const byteLength = (TYPE_BYTES[type] ?? 0) * count;
  const isInside = byteLength <= offsetBytes;
  const position = isInside ? start + value : unsignedAt(file, bytes, value, offsetBytes);
  const inside = isInside ? bytes.subarray(value, value + byteLength) : undefined;
  return { type, count, position, byteLength, inside };
}

/** Past 2^53 a number is past the end of any file, exact or not. */
function unsignedAt(
  { isLittle }: Pick<TiffFile, 'isLittle'>,
  bytes: Buffer,
  at: number,
  size: number,
): number {
  if (size === 8) return Number(isLittle ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  return isLittle ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size);
}
