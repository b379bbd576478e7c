import sharp, { type Metadata, type OutputInfo, type Sharp } from 'sharp';
import type { SmearwatchError } from '../errors.js';
import { IMAGE_BYTES, IMAGE_SIDE } from '../images.js';
import { assertTiffDirectory } from './check-tiff.js';
import { decodeBmp } from './decode-bmp.js';
import { isCutShort } from './end-mark.js';
import { fromSharp, imageDamaged, imageEmpty, imageFormatUnsupported, imageTruncated } from './failures.js';
import { foreignFormat } from './foreign-formats.js';
import { ordinaryPng } from './ordinary-png.js';
import { ordinaryTiff } from './ordinary-tiff.js';
import { shrinkJpeg, shrinkPixels, shrinkPng, shrinkTiff, type Size } from './shrinker.js';
import { endsInMagic, sniffFormat, type ImageFormat } from './sniff.js';

/** A header may claim any size: 32 Mi pixels are 32 times a scanner's 960×1080, and 100 MB decoded. */
const MAX_PIXELS = 33_554_432;
/**
 * A scanner's image takes 10 to 30 ms, the slowest that fits into MAX_PIXELS (one pixel wide, or interlaced) 4 s. What
 * takes a minute is stuck, or on a machine that cannot do its work: it must not keep its thread for ever.
 */
const MAX_SECONDS = 60;
/** Four times a scanner's image, in memory at once; larger ones are shrunk by sharp while it reads them. */
const MOST_SHRUNK_PIXELS = 4_194_304;

export interface DecodeLimits {
  /** Width × height that is still decoded. */
  readonly maxPixels?: number;
  /** Whole seconds after which the decoder is stopped; 0: never. */
  readonly maxSeconds?: number;
}

export interface DecodeOptions extends DecodeLimits {
  /** Where the pixels are put, 196,608 bytes: otherwise into memory of their own. Undefined content after a failure. */
  readonly into?: Uint8Array;
}

export interface DecodedImage {
  /** uint8, 256×256×3, RGB: 196,608 bytes. The memory of `into`, where that was given. */
  readonly pixels: Buffer;
  /** Of the file, before resizing, in the orientation in which it is meant to be seen. */
  readonly width: number;
  readonly height: number;
  readonly format: ImageFormat;
}

/**
 * A file's bytes to the pixel contract: EXIF orientation applied, sRGB, transparency on white, squeezed to 256×256 with a
 * bilinear kernel that averages over the area it shrinks (libvips' `linear`). Training and serving both decode here.
 *
 * Ordinary JPEGs, PNGs and TIFFs, which is what scanners write, are decoded by native/shrink on the calling thread, in two fifths
 * to three quarters of sharp's time; everything else by sharp, which alone says what is wrong with a file. What sharp
 * decodes to plain RGB is shrunk by native/shrink, too.
 *
 * @throws SmearwatchError `image-empty`, `image-format-unsupported`, `image-truncated`, `image-damaged`, `image-too-large`,
 *   `decode-timeout`
 */
export async function decodeImage(
  bytes: Buffer,
  { maxPixels = MAX_PIXELS, maxSeconds = MAX_SECONDS, into }: DecodeOptions = {},
): Promise<DecodedImage> {
  if (bytes.length === 0) throw imageEmpty();
  const format = sniffFormat(bytes);
  if (format === undefined) throw noImage(bytes);
  const pixels = into === undefined ? Buffer.allocUnsafeSlow(IMAGE_BYTES) : asBuffer(into);
  const size =
    decodeOrdinary(bytes, format, maxPixels, pixels) ??
    (await decodeAny(bytes, format, { maxPixels, maxSeconds }, pixels));
  return { pixels, ...size, format };
}

function asBuffer(into: Uint8Array): Buffer {
  if (into.length !== IMAGE_BYTES)
    throw new RangeError(`an image needs ${IMAGE_BYTES} bytes, not ${into.length}`);
  return Buffer.from(into.buffer, into.byteOffset, into.length);
}

function decodeOrdinary(
  bytes: Buffer,
  format: ImageFormat,
  maxPixels: number,
  into: Buffer,
): Size | undefined {
  switch (format) {
    case 'jpeg':
      return shrinkJpeg(bytes, maxPixels, into);
    case 'png': {
      const png = ordinaryPng(bytes, maxPixels);
      return png && shrinkPng(png.parts, png, into);
    }
    case 'tiff': {
      const tiff = ordinaryTiff(bytes, maxPixels);
      return tiff && shrinkTiff(tiff, into);
    }
    case 'bmp':
      return undefined;
  }
}

async function decodeAny(
  bytes: Buffer,
  format: ImageFormat,
  limits: Required<DecodeLimits>,
  into: Buffer,
): Promise<Size> {
  if (format === 'bmp') return decodeBitmap(bytes, limits, into);
  if (format === 'tiff') assertTiffDirectory(bytes);
  const source = sharp(bytes, {
    failOn: 'warning',
    limitInputPixels: limits.maxPixels,
    sequentialRead: true,
  });
  try {
    const metadata = await source.metadata();
    if (isPlain(format, metadata)) {
      const { data, info } = await read(source, limits.maxSeconds);
      if (shrinkPixels(data, info, into)) return { width: info.width, height: info.height };
    }
    const { width, height, orientation = 1 } = metadata;
    await convert(source, limits.maxSeconds, into);
    return orientation >= 5 ? { width: height, height: width } : { width, height };
  } catch (error) {
    throw isCutShort(bytes, format, error)
      ? imageTruncated('its end is missing', error)
      : fromSharp(error, { format, ...limits });
  }
}

async function decodeBitmap(bytes: Buffer, limits: Required<DecodeLimits>, into: Buffer): Promise<Size> {
  const { data, width, height } = decodeBmp(bytes, limits.maxPixels);
  const size: Size = { width, height };
  if (hasShrinkableSize(size) && shrinkPixels(data, size, into)) return size;
  try {
    await convert(sharp(data, { raw: { ...size, channels: 3 } }), limits.maxSeconds, into);
    return size;
  } catch (error) {
    throw fromSharp(error, { format: 'bmp', ...limits });
  }
}

/**
 * Pixels that are those of the contract but for their number: the same picture then becomes the same 256×256 pixels,
 * whichever lossless format holds it. JPEGs are shrunk while they are decoded instead.
 */
function isPlain(format: ImageFormat, metadata: Metadata): boolean {
  const { channels, depth, space, orientation = 1, hasProfile, hasAlpha } = metadata;
  const isRgb = channels === 3 && depth === 'uchar' && space === 'srgb' && !hasProfile && !hasAlpha;
  return format !== 'jpeg' && isRgb && orientation === 1 && hasShrinkableSize(metadata);
}

function hasShrinkableSize({ width, height }: Size): boolean {
  return width >= IMAGE_SIDE && height >= IMAGE_SIDE && width * height <= MOST_SHRUNK_PIXELS;
}

function noImage(bytes: Buffer): SmearwatchError {
  if (endsInMagic(bytes)) return imageTruncated(`it is only ${byteCount(bytes.length)} long`);
  return imageFormatUnsupported(foreignFormat(bytes));
}

function byteCount(bytes: number): string {
  return bytes === 1 ? '1 byte' : `${bytes} bytes`;
}

function read(source: Sharp, maxSeconds: number): Promise<{ data: Buffer; info: OutputInfo }> {
  return source
    .raw({ depth: 'uchar' })
    .timeout({ seconds: maxSeconds })
    .toBuffer({ resolveWithObject: true });
}

async function convert(source: Sharp, maxSeconds: number, into: Buffer): Promise<void> {
  const { data, info } = await source
    .autoOrient()
    .toColourspace('srgb')
    .flatten({ background: '#ffffff' })
    .resize(IMAGE_SIDE, IMAGE_SIDE, { fit: 'fill', kernel: 'linear' })
    .raw({ depth: 'uchar' })
    .timeout({ seconds: maxSeconds })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw imageDamaged(`it decodes to ${info.channels} channels`);
  into.set(data);
}

/**
 * One libvips thread per image and no cache of operations: whole images run side by side on libuv's threads, and no
 * image is decoded twice. Process-wide, so whoever starts a process says it once.
 */
export function configureDecoding(): void {
  sharp.concurrency(1);
  sharp.cache(false);
}
