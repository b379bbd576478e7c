import { imageDamaged, imageTooLarge, imageTruncated, kindUnsupported } from '../failures.js';
import type { Inspection } from '../inspection.js';
import { withoutHarmlessJpegDamage } from './harmless-damage.js';
import { readJpegFrame, unsupportedInJpeg, type JpegFrame } from './kind.js';
import { MARKER, readJpegSegments, type JpegSegment } from './segments.js';

const HINT = 'Let the scanner write baseline or progressive JPEG with samples of 8 bits, PNG, TIFF or BMP.';
/** What may follow the end marker where a file is filled up: zeros, fill bytes and the ends of lines. */
const PADDING: readonly number[] = [0x00, 0xff, 0x0a, 0x0d, 0x20];

/** Reads the segments of a JPEG that is not ordinary. */
export function inspectJpeg(bytes: Buffer, maxPixels: number): Inspection {
  const layout = readJpegSegments(bytes);
  const { segments, isWhole } = layout;
  return {
    assertWhole: () => {
      // Segments that cannot be followed to the end are damaged where the end is there.
      if (!isWhole && !endsInEndMarker(bytes)) throw imageTruncated('its end is missing');
    },
    repaired: () => withoutHarmlessJpegDamage(bytes, layout),
    failure: (cause) => {
      const unsupported = unsupportedInJpeg(segments);
      if (unsupported !== undefined) return kindUnsupported('JPEG', unsupported, HINT);
      const frame = readJpegFrame(segments);
      if (frame && frame.width * frame.height > maxPixels)
        return imageTooLarge(`${frame.width}×${frame.height}`, maxPixels, cause);
      return imageDamaged(`its JPEG data cannot be decoded (${damageOf(segments, frame)})`, cause);
    },
  };
}

function endsInEndMarker(bytes: Buffer): boolean {
  for (let end = bytes.length; end >= 2; end -= 1) {
    if (bytes[end - 1] === MARKER.end && bytes[end - 2] === 0xff) return true;
    if (!PADDING.includes(bytes[end - 1] ?? 0)) return false;
  }
  return false;
}

function damageOf(segments: readonly JpegSegment[], frame: JpegFrame | undefined): string {
  if (segments.some(({ marker }) => marker === MARKER.start)) return 'a second image begins within it';
  if (frame === undefined) return 'it has no frame header';
  if (frame.width === 0) return 'its header says that it is 0 pixels wide';
  return segments.some(({ marker }) => marker === MARKER.scan)
    ? 'its compressed pixels are wrong'
    : 'it has no scan';
}
