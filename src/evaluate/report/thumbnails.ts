import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { decodeImage } from '../../decode/decode-image.js';
import { digestBytes } from '../../files/digest-file.js';
import { IMAGE_CHANNELS, IMAGE_SIDE } from '../../images.js';
import type { Mistake } from './worst-mistakes.js';

export interface PicturedMistake extends Mistake {
  /** The picture as a JPEG data URI; undefined when the file is missing, changed or unreadable. */
  readonly thumbnail: string | undefined;
}

/** Longer side of a thumbnail, in pixels: 24 of them are about 150 KB. */
export const THUMBNAIL_SIDE = 144;

/**
 * Adds a small picture to each mistake, one after the other: there are few, and an image in memory is 100 MB
 * at most.
 * @param folder the labelled folder
 */
export async function pictureMistakes(
  folder: string,
  mistakes: readonly Mistake[],
): Promise<PicturedMistake[]> {
  const pictured: PicturedMistake[] = [];
  for (const mistake of mistakes) {
    // The report is complete without a picture; classification reports what is wrong with the file.
    const thumbnail = await thumbnailOf(join(folder, mistake.file), mistake.sha256).catch(() => undefined);
    pictured.push({ ...mistake, thumbnail });
  }
  return pictured;
}

async function thumbnailOf(path: string, sha256: string): Promise<string | undefined> {
  const bytes = await readFile(path);
  return digestBytes(bytes).sha256 === sha256 ? makeThumbnail(bytes) : undefined;
}

/**
 * Makes a JPEG data URI in the image's own proportions, from the 256×256 pixels that the models receive:
 * every format that can be classified can be shown, under the same limits.
 * @throws SmearwatchError as decoding does
 */
export async function makeThumbnail(bytes: Buffer): Promise<string> {
  const { pixels, width, height } = await decodeImage(bytes);
  const scale = THUMBNAIL_SIDE / Math.max(width, height);
  const jpeg = await sharp(pixels, {
    raw: { width: IMAGE_SIDE, height: IMAGE_SIDE, channels: IMAGE_CHANNELS },
  })
    .resize(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)), { fit: 'fill' })
    .jpeg({ quality: 82, mozjpeg: true })
    .toBuffer();
  return `data:image/jpeg;base64,${jpeg.toString('base64')}`;
}
