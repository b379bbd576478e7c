import type { TiffPage } from './read-page.js';
import { COMPRESSION, PHOTOMETRIC } from './tags.js';

/** Numbers as registered with Adobe, or as libtiff uses them. */
const COMPRESSIONS: Readonly<Record<number, string>> = {
  6: 'JPEG compression of the old kind',
  9: 'JBIG',
  10: 'JBIG',
  22_610: 'JPEG XR',
  32_766: 'NeXT',
  32_771: 'CCITT word-aligned',
  32_809: 'ThunderScan',
  32_908: 'Pixar film',
  32_909: 'Pixar log',
  33_003: 'JPEG 2000',
  33_004: 'JPEG 2000',
  33_005: 'JPEG 2000',
  34_661: 'JBIG',
  34_676: 'SGI log',
  34_677: 'SGI log',
  34_712: 'JPEG 2000',
  34_887: 'LERC',
  34_892: 'lossy JPEG of DNG',
  34_925: 'LZMA',
  34_926: 'ZSTD',
  34_927: 'old WebP',
  34_933: 'PNG',
  34_934: 'JPEG XR',
  50_000: 'ZSTD',
  50_002: 'JPEG XL',
  52_546: 'JPEG XL',
};
const CCITT: ReadonlySet<number> = new Set([COMPRESSION.ccittRle, COMPRESSION.ccittT4, COMPRESSION.ccittT6]);

/** @param firstBlock bytes of the first strip or tile that has any */
export function unsupportedCompression(page: TiffPage, firstBlock: Buffer): string | undefined {
  const { compression: number, photometric, bits, samples } = page;
  if (!Object.values<number>(COMPRESSION).includes(number)) {
    const name = COMPRESSIONS[number];
    if (name === undefined) return `compression ${number}`;
    return name.includes('compression') ? name : `${name} compression`;
  }
  if (photometric === PHOTOMETRIC.yCbCr && number !== COMPRESSION.jpeg) return unsupportedYCbCr(page);
  if (CCITT.has(number) && (bits[0] !== 1 || samples !== 1))
    return 'CCITT compression of other than 1-bit samples';
  if (number === COMPRESSION.webp && (photometric !== PHOTOMETRIC.rgb || bits[0] !== 8))
    return 'WebP compression of other than 8-bit RGB';
  const isOld = number === COMPRESSION.lzw && isOldLzw(firstBlock);
  return isOld ? 'LZW compression of the old kind' : undefined;
}

/**
 * Columns and rows of pixels to a sample of chroma that libtiff converts to RGB; of 4×4 it gets the last ones
 * wrong.
 */
const SUBSAMPLINGS: ReadonlySet<string> = new Set(['2,1', '1,2', '2,2', '4,1', '4,2']);

/** libjpeg converts what is in a JPEG. libvips gives other samples of full resolution as if they were RGB. */
function unsupportedYCbCr({ subsampling, predictor }: TiffPage): string | undefined {
  if (subsampling === undefined) return 'YCbCr colours of unknown subsampling (no YCbCrSubSampling)';
  if (!SUBSAMPLINGS.has(subsampling.join()))
    return `YCbCr colours of ${subsampling.join('×')} pixels to a sample without JPEG compression`;
  return predictor === 1 ? undefined : 'differences of YCbCr colours';
}

/** Before TIFF 6.0 the bits of LZW's codes were in reverse: its first code, 256, tells them apart. */
function isOldLzw(block: Buffer): boolean {
  return block[0] === 0 && ((block[1] ?? 0) & 1) === 1;
}

const PREDICTED: ReadonlySet<number> = new Set([
  COMPRESSION.lzw,
  COMPRESSION.deflate,
  COMPRESSION.oldDeflate,
]);

/** A predictor that is applied and not undone, or not of such samples. */
export function unsupportedPrediction({
  compression: number,
  predictor,
  bits,
}: TiffPage): string | undefined {
  if (!hasPrediction(number) || predictor === 1) return undefined;
  if (predictor !== 2) return `predictor ${predictor}`;
  return (bits[0] ?? 0) < 8 ? `differences of ${bits[0] ?? 0}-bit samples` : undefined;
}

/** Others have no predictor: all readers pass it over there. */
export function hasPrediction(number: number): boolean {
  return PREDICTED.has(number);
}
