import { IMAGE_SIDE } from '../images.js';
import type { TiffStrips } from './shrinker.js';
import { blockCount, blocksOf } from './tiff/blocks.js';
import { problemOf } from './tiff/assert-whole.js';
import { readFirstPage, type FirstPage } from './tiff/first-page.js';
import type { TiffPage } from './tiff/read-page.js';
import { COMPRESSION, PHOTOMETRIC, TAG } from './tiff/tags.js';
import { hasPrediction } from './tiff/unsupported-compression.js';

/**
 * Returns the strips of a TIFF's first page if it is of the kind that scanners write: strips of 8-bit RGB,
 * upright, without a colour profile. Undefined: the page is of another kind, or not whole.
 */
export function ordinaryTiff(bytes: Buffer, maxPixels: number): TiffStrips | undefined {
  const first = readFirstPage(bytes);
  if (typeof first === 'string' || first.directory.entries.has(TAG.colourProfile)) return undefined;
  const { page } = first;
  const { width, height, blockHeight: rowsPerStrip } = page;
  const isOurs = width >= IMAGE_SIDE && height >= IMAGE_SIDE && width * height <= maxPixels;
  const compression = OWN_COMPRESSIONS.get(page.compression);
  if (!isOurs || compression === undefined || !isPlainRgb(page)) return undefined;
  const strips = stripsOf(bytes, first);
  const hasDifferences = hasPrediction(page.compression) && page.predictor === 2;
  return strips && { width, height, compression, rowsPerStrip, strips, hasDifferences };
}

/** Maps TIFF's numbers of compressions to the shrinker's: deflate has two in TIFF. */
const OWN_COMPRESSIONS: ReadonlyMap<number, number> = new Map([
  [COMPRESSION.none, COMPRESSION.none],
  [COMPRESSION.lzw, COMPRESSION.lzw],
  [COMPRESSION.deflate, COMPRESSION.deflate],
  [COMPRESSION.oldDeflate, COMPRESSION.deflate],
]);

function isPlainRgb(page: TiffPage): boolean {
  const isRgb = page.photometric === PHOTOMETRIC.rgb && page.samples === 3 && !page.isPlanar && !page.isDng;
  const isUnsigned8 = page.bits.every((bits) => bits === 8) && page.formats.every((format) => format === 1);
  const isPredicted = page.predictor === 1 || page.predictor === 2 || !hasPrediction(page.compression);
  const isUpright = page.orientation === 1 && page.fillOrder === 1;
  return isRgb && isUnsigned8 && isPredicted && isUpright && !page.isTiled;
}

function stripsOf(bytes: Buffer, { file, page }: FirstPage): Uint8Array[] | undefined {
  const blocks = blocksOf(page);
  if (blocks.length !== blockCount(page)) return undefined;
  if (blocks.some((block, at) => problemOf(block, { file, page, at }) !== undefined)) return undefined;
  return blocks.map(({ offset, length = 0 }) => bytes.subarray(offset, offset + length));
}
