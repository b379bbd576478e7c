import { readJpegFrame, unsupportedInJpeg } from '../jpeg/kind.js';
import { MARKER, readJpegSegments, type JpegSegment } from '../jpeg/segments.js';
import type { TiffPage } from './read-page.js';
import { COMPRESSION } from './tags.js';

/** A JPEG's tables and its frame header come first, and take far less. */
const MOST_HEADER_BYTES = 65_536;

/**
 * What the JPEGs in strips or tiles have that is not decoded; undefined: nothing that the headers of one
 * tell.
 */
export function unsupportedJpegIn(page: TiffPage, block: Buffer): string | undefined {
  const what = unsupportedInJpeg(segmentsOf(page, block));
  return what && `${what} in JPEG compression`;
}

/**
 * Columns and rows of pixels that share a sample of chroma, as a JPEG itself says; undefined: it says
 * nothing.
 */
export function subsamplingOfJpeg(page: TiffPage, block: Buffer): readonly [number, number] | undefined {
  const [luma, chroma] = readJpegFrame(segmentsOf(page, block))?.factors ?? [];
  if (luma === undefined || chroma === undefined) return undefined;
  const ratio = (at: 0 | 1): number => Math.max(1, Math.floor(luma[at] / Math.max(1, chroma[at])));
  return [ratio(0), ratio(1)];
}

function segmentsOf({ compression }: TiffPage, block: Buffer): readonly JpegSegment[] {
  const isJpeg = compression === COMPRESSION.jpeg && block[0] === 0xff && block[1] === MARKER.start;
  return isJpeg ? readJpegSegments(block.subarray(0, MOST_HEADER_BYTES)).segments : [];
}
