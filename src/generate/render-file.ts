import { join } from 'node:path';
import sharp from 'sharp';
import { replaceFile } from '../files/replace-file.js';
import { drawSmear, type Smear } from './smear.js';
import type { SmearFormat, SmearTask, WrittenSmear } from './task.js';

/** JPEG quality of a scanner that saves at "high". */
const JPEG_QUALITY = 90;
/** Compression level. Sensor noise does not compress: zlib's faster levels cost almost no bytes here. */
const PNG_LEVEL = 2;

/** Encodes the smear as a file's bytes. */
export async function encodeSmear(smear: Smear, format: SmearFormat): Promise<Buffer> {
  const raw = { width: smear.width, height: smear.height, channels: 3 } as const;
  const image = sharp(smear.pixels, { raw });
  switch (format) {
    case 'png':
      return image.png({ compressionLevel: PNG_LEVEL, adaptiveFiltering: false }).toBuffer();
    case 'jpeg':
      return image.jpeg({ quality: JPEG_QUALITY }).toBuffer();
    case 'tiff':
      return image.tiff({ compression: 'lzw', predictor: 'horizontal' }).toBuffer();
    default:
      return format satisfies never;
  }
}

/** Draws, encodes and writes one image into an existing folder. A reader never sees a partial file. */
export async function renderFile(task: SmearTask): Promise<WrittenSmear> {
  const smear = drawSmear(task);
  const bytes = await encodeSmear(smear, task.format);
  // Not synced: a synthetic image that is lost in a power cut can be drawn again from its seed.
  await replaceFile(join(task.outDir, task.file), bytes, { sync: 'nothing' });
  return {
    index: task.index,
    file: task.file,
    cellClass: smear.cellClass,
    slide: smear.slide,
    group: `synthetic-${String(task.seed)}-${String(smear.slide)}`,
    bytes: bytes.length,
  };
}
