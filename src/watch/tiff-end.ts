import type { ByteSource, FormatEnd } from './byte-source.js';
import { endsInZeros } from './trailing-zeros.js';

/**
 * TIFF 6.0 and BigTIFF have no mark at their end: the file is whole when every directory, every value that a directory
 * points to and every strip or tile lies inside it. Directories may come first or last, so nothing less will do. Where
 * the pixels come last, they must not end in zeros; a directory behind them is as good as a mark.
 * What is absurd rather than short is left to the decoder (`unknown`): this must stay cheap whatever the bytes say.
 */
export async function tiffEnd(source: ByteSource): Promise<FormatEnd> {
  const header = await source.read(0, 16);
  const layout = layoutOf(header);
  let position = layout.offset(header, layout.isBig ? 8 : 4);
  let lastDirectory = position;
  let pixels: Extent = { start: source.size, end: 0 };
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const directory = await readDirectory(source, layout, position);
    if (typeof directory === 'string') return unlessZeros(source, directory);
    const extent = await pixelExtent(source, layout, directory.entries);
    if (typeof extent === 'string') return unlessZeros(source, extent);
    pixels = around(pixels, extent);
    lastDirectory = Math.max(lastDirectory, position);
    if (directory.next === 0) break;
    position = directory.next;
  }
  if (lastDirectory >= pixels.end) return 'present';
  return (await endsInZeros(source, pixels)) ? 'zeros' : 'present';
}

/** A file that cannot be followed to its pixels: it may still end in zeros. */
async function unlessZeros(source: ByteSource, end: FormatEnd): Promise<FormatEnd> {
  if (end !== 'unknown') return end;
  return (await endsInZeros(source, { start: 0, end: source.size })) ? 'zeros' : 'unknown';
}

/** Later pages are not classified, and a chain may be a ring. */
const MAX_PAGES = 16;
const MAX_ENTRIES = 1024;
const MAX_ARRAY_BYTES = 1 << 20;
/** Bytes of a value by its type number; 0 for types that do not exist. */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];
const TAG = { stripOffsets: 273, stripBytes: 279, tileOffsets: 324, tileBytes: 325 };

/** A part of the file, from its first byte to the one behind it. */
interface Extent {
  readonly start: number;
  readonly end: number;
}

type NumberReader = (bytes: Buffer, at: number) => number;

interface Layout {
  readonly isBig: boolean;
  readonly short: NumberReader;
  readonly long: NumberReader;
  readonly long8: NumberReader;
  /** 4 bytes in TIFF, 8 in BigTIFF. */
  readonly offset: NumberReader;
}

interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** The value itself where it fits, or the offset of it. */
  readonly field: Buffer;
}

function layoutOf(header: Buffer): Layout {
  const isLittle = header[0] === 0x49;
  const short = (bytes: Buffer, at: number) => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const long = (bytes: Buffer, at: number) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  // Past 2^53 it is past any file, exact or not.
  const long8 = (bytes: Buffer, at: number) =>
    Number(isLittle ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  const isBig = short(header, 2) === 43;
  return { isBig, short, long, long8, offset: isBig ? long8 : long };
}

async function readDirectory(
  source: ByteSource,
  layout: Layout,
  position: number,
): Promise<{ entries: Entry[]; next: number } | FormatEnd> {
  const [countBytes, entryBytes, fieldBytes] = layout.isBig ? [8, 20, 8] : [2, 12, 4];
  // Offset 0 is what a writer leaves there until the directory is written.
  if (position === 0 || position + countBytes > source.size) return 'missing';
  const head = await source.read(position, countBytes);
  if (head.length < countBytes) return 'missing';
  const count = layout.isBig ? layout.long8(head, 0) : layout.short(head, 0);
  // Zeros where the directory will be: the file was given its size before its bytes.
  if (count === 0) return 'missing';
  if (count > MAX_ENTRIES) return 'unknown';
  const length = count * entryBytes;
  const bytes = await source.read(position + countBytes, length + fieldBytes);
  if (bytes.length < length + fieldBytes) return 'missing';
  const entries = Array.from({ length: count }, (_, index) =>
    entryOf(layout, bytes.subarray(index * entryBytes, (index + 1) * entryBytes)),
  );
  return { entries, next: layout.offset(bytes, length) };
}

function entryOf(layout: Layout, bytes: Buffer): Entry {
  return {
    tag: layout.short(bytes, 0),
    type: layout.short(bytes, 2),
    count: layout.offset(bytes, 4),
    field: bytes.subarray(layout.isBig ? 12 : 8),
  };
}

/** The bytes that the strips or tiles of a page take, with all that is between them. */
async function pixelExtent(
  source: ByteSource,
  layout: Layout,
  entries: readonly Entry[],
): Promise<Extent | FormatEnd> {
  for (const entry of entries) {
    const length = byteLength(entry);
    if (length > entry.field.length && layout.offset(entry.field, 0) + length > source.size) return 'missing';
  }
  let pixels: Extent = { start: source.size, end: 0 };
  for (const [offsetTag, lengthTag] of [
    [TAG.stripOffsets, TAG.stripBytes],
    [TAG.tileOffsets, TAG.tileBytes],
  ]) {
    const offsets = await valuesOf(source, layout, entries, offsetTag);
    const lengths = await valuesOf(source, layout, entries, lengthTag);
    if (offsets === undefined || lengths === undefined) return 'unknown';
    if (offsets.some((offset, index) => offset + (lengths[index] ?? 1) > source.size)) return 'missing';
    // A writer that has reserved the arrays but not yet filled them.
    if (offsets.some((offset, index) => offset === 0 && lengths[index] !== 0)) return 'missing';
    for (const [index, start] of offsets.entries()) {
      // Without a length, a strip may reach to the end of the file.
      pixels = around(pixels, { start, end: lengths[index] ? start + lengths[index] : source.size });
    }
  }
  return pixels;
}

function around(a: Extent, b: Extent): Extent {
  return { start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
}

/** The numbers of a tag: none where it is absent, undefined where they are not numbers or absurdly many. */
async function valuesOf(
  source: ByteSource,
  layout: Layout,
  entries: readonly Entry[],
  tag: number | undefined,
): Promise<number[] | undefined> {
  const entry = entries.find((candidate) => candidate.tag === tag);
  if (entry === undefined) return [];
  const length = byteLength(entry);
  const readValue: NumberReader | undefined = { 3: layout.short, 4: layout.long, 16: layout.long8 }[
    entry.type
  ];
  if (readValue === undefined || length > MAX_ARRAY_BYTES) return undefined;
  const bytes =
    length <= entry.field.length ? entry.field : await source.read(layout.offset(entry.field, 0), length);
  if (bytes.length < length) return undefined;
  const step = TYPE_BYTES[entry.type] ?? 0;
  return Array.from({ length: entry.count }, (_, index) => readValue(bytes, index * step));
}

function byteLength({ type, count }: Entry): number {
  return (TYPE_BYTES[type] ?? 0) * count;
}
