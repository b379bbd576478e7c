import type { SmearwatchError } from '../../errors.js';
import { imageDamaged, imageTooLarge, imageTruncated, kindUnsupported } from '../failures.js';
import type { Inspection } from '../inspection.js';
import { hasRightChecksum, readPngChunks, type PngLayout } from './chunks.js';
import { withoutHarmlessPngDamage } from './harmless-damage.js';
import { damageOfPng, readPngHeader, unsupportedInPng, wrongChecksum } from './kind.js';

/** The whole last chunk, length and checksum included. */
const LAST_CHUNK = Buffer.from('0000000049454e44ae426082', 'hex');
const HINT = 'Let the scanner write PNG as ISO/IEC 15948 describes it, JPEG, TIFF or BMP.';

/** Reads the chunks of a PNG that is not ordinary. */
export function inspectPng(bytes: Buffer, maxPixels: number): Inspection {
  const layout = readPngChunks(bytes);
  const { chunks } = layout;
  return {
    assertWhole: () => assertWhole(bytes, layout),
    repaired: () => withoutHarmlessPngDamage(bytes, layout),
    failure: (cause) => {
      const unsupported = unsupportedInPng(bytes, chunks);
      if (unsupported !== undefined) return kindUnsupported('PNG', unsupported, HINT);
      const { width = 0, height = 0 } = readPngHeader(chunks) ?? {};
      const damage = damageOfPng(bytes, chunks);
      if (damage === undefined && width * height > maxPixels)
        return imageTooLarge(`${width}×${height}`, maxPixels, cause);
      return pngDamaged(damage ?? 'its compressed pixels are wrong', cause);
    },
  };
}

/** libpng shows a picture whose last chunk is missing, and one whose transparency is damaged. */
function assertWhole(bytes: Buffer, { chunks, end, isWhole }: PngLayout): void {
  if (!isWhole && !bytes.includes(LAST_CHUNK, end)) throw imageTruncated('its end is missing');
  if (!isWhole) throw pngDamaged(`no chunk begins at byte ${end}`);
  const transparency = chunks.find(({ type }) => type === 'tRNS');
  if (transparency && !hasRightChecksum(bytes, transparency)) throw pngDamaged(wrongChecksum(transparency));
}

function pngDamaged(how: string, cause?: unknown): SmearwatchError {
  return imageDamaged(`its PNG data cannot be decoded (${how})`, cause);
}
