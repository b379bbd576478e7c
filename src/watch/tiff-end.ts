import { blocksOf } from '../decode/tiff/blocks.js';
import {
  readDirectory,
  readHeader,
  type TiffDirectory,
  type TiffFile,
  type TiffProblem,
} from '../decode/tiff/read-directory.js';
import { readPage } from '../decode/tiff/read-page.js';
import { readFromSource, type Reading } from '../decode/tiff/reading.js';
import type { ByteSource, FormatEnd } from './byte-source.js';
import { endsInZeros } from './trailing-zeros.js';

/**
 * TIFF 6.0 and BigTIFF have no mark at their end: the file is whole when every directory, every value that a
 * directory points to and every strip or tile lies inside it. Directories may come first or last, so nothing
 * less will do. Where the pixels come last, they must not end in zeros; a directory behind them is as good as
 * a mark. Files with absurd values, rather than too few bytes, are left to the decoder (`unknown`): this
 * check must stay cheap for every file.
 */
export async function tiffEnd(source: ByteSource): Promise<FormatEnd> {
  const found = await readFromSource(readExtents(source.size), source);
  if (found === 'cut') return 'missing';
  // A file that cannot be followed to its pixels may still end in zeros.
  if (found === 'absurd')
    return (await endsInZeros(source, { start: 0, end: source.size })) ? 'zeros' : 'unknown';
  if (found.lastDirectory >= found.pixels.end) return 'present';
  return (await endsInZeros(source, found.pixels)) ? 'zeros' : 'present';
}

/** Later pages are not classified, and a chain may be a ring. */
const MAX_PAGES = 16;
const MAX_ARRAY_BYTES = 1 << 20;

/** A part of the file, from its first byte to the one behind it. */
interface TiffExtent {
  readonly start: number;
  readonly end: number;
}

interface Extents {
  readonly pixels: TiffExtent;
  /** Position of the last directory. */
  readonly lastDirectory: number;
}

function* readExtents(size: number): Reading<Extents | TiffProblem> {
  const file = yield* readHeader(size);
  if (typeof file === 'string') return file;
  let position = file.first;
  let lastDirectory = position;
  let pixels: TiffExtent = { start: size, end: 0 };
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const directory = yield* readDirectory(file, position);
    if (typeof directory === 'string') return directory;
    const extent = yield* readPixelExtent(file, directory);
    if (typeof extent === 'string') return extent;
    pixels = around(pixels, extent);
    lastDirectory = Math.max(lastDirectory, position);
    if (directory.next === 0) break;
    position = directory.next;
  }
  return { pixels, lastDirectory };
}

/** The bytes that the strips or tiles of a page take, with all that is between them. */
function* readPixelExtent(file: TiffFile, directory: TiffDirectory): Reading<TiffExtent | TiffProblem> {
  for (const { position, byteLength } of directory.entries.values())
    if (position + byteLength > file.size) return 'cut';
  const page = yield* readPage(file, directory, MAX_ARRAY_BYTES);
  if (typeof page === 'string') return page;
  let pixels: TiffExtent = { start: file.size, end: 0 };
  for (const { offset, length } of blocksOf(page)) {
    // Without a length, a strip may reach to the end of the file.
    const end = length === undefined ? Math.max(file.size, offset + 1) : offset + length;
    // An offset of 0 is one of a writer that has reserved its arrays but not filled them yet.
    if (end > file.size || (offset === 0 && length !== 0)) return 'cut';
    pixels = around(pixels, { start: offset, end });
  }
  return pixels;
}

function around(a: TiffExtent, b: TiffExtent): TiffExtent {
  return { start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
}
