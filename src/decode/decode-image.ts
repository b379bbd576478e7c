import sharp from 'sharp';
import type { SmearwatchError } from '../errors.js';
import { IMAGE_BYTES, type DecodedBy, type DecoderChoice } from '../images.js';
import { decodeBmp } from './decode-bmp.js';
import { decodeOrdinary } from './decode-ordinary.js';
import { imageEmpty, imageFormatUnsupported, imageTruncated, imageUnwritten } from './failures.js';
import { foreignFormat } from './foreign-formats.js';
import type { SeeRows } from './shrinker.js';
import { endsInMagic, sniffFormat, type ImageFormat } from './sniff.js';
import { decodeThroughSharp, shrinkThroughSharp } from './through-sharp.js';

/** A header may claim any size: 32 Mi pixels are 32 times a scanner's 960×1080, and 100 MB decoded. */
const MAX_PIXELS = 33_554_432;
/**
 * A scanner's image takes 10 to 30 ms, the slowest that fits into MAX_PIXELS (one pixel wide, or interlaced)
 * 4 s. A decoder that takes a minute is stuck, or its machine is far too slow: it must not keep its thread.
 */
const MAX_SECONDS = 60;

export interface DecodeOptions {
  /** Width × height that is still decoded. */
  readonly maxPixels?: number;
  /** Whole seconds after which the decoder is stopped; 0: never. */
  readonly maxSeconds?: number;
  /** Default `auto`. */
  readonly decoder?: DecoderChoice | undefined;
  /**
   * Buffer for the pixels, 196,608 bytes; without it, a new one is allocated. Its content is undefined after
   * a failure.
   */
  readonly into?: Uint8Array;
  /**
   * Gets the rows at full resolution where decoding makes them anyway, which is of ordinary PNGs and TIFFs.
   */
  readonly see?: SeeRows;
}

export interface DecodedImage extends DecodedBy {
  /** uint8, 256×256×3, RGB: 196,608 bytes. The memory of `into`, where that was given. */
  readonly pixels: Buffer;
  /** Size of the file's image before resizing, in the orientation in which a viewer shows it. */
  readonly width: number;
  readonly height: number;
  readonly format: ImageFormat;
}

/**
 * Turns a file's bytes into the pixel contract: EXIF orientation applied, sRGB, transparency on white,
 * squeezed to 256×256 with a bilinear kernel that averages over the area it shrinks (libvips' `linear`).
 * Training and serving both decode here.
 *
 * Ordinary JPEGs, PNGs and TIFFs, which is what scanners write, are decoded by native/shrink on the calling
 * thread, in two fifths to three quarters of sharp's time, unless `decoder` is `libvips`. Everything else
 * goes through sharp. Images that sharp decodes to plain RGB, and images that have to be enlarged, are always
 * resized by native/shrink.
 *
 * @throws SmearwatchError `image-empty`, `image-format-unsupported`, `image-truncated`, `image-damaged`,
 *   `image-too-large`, `decode-timeout`, `resize-unavailable`
 */
export async function decodeImage(
  bytes: Buffer,
  { maxPixels = MAX_PIXELS, maxSeconds = MAX_SECONDS, decoder = 'auto', into, see }: DecodeOptions = {},
): Promise<DecodedImage> {
  if (bytes.length === 0) throw imageEmpty();
  const format = sniffFormat(bytes);
  if (format === undefined) throw noImage(bytes);
  const pixels = into === undefined ? Buffer.allocUnsafeSlow(IMAGE_BYTES) : asBuffer(into);
  if (format === 'bmp') {
    const size = await shrinkThroughSharp(decodeBmp(bytes, maxPixels), maxSeconds, pixels);
    return { pixels, ...size, format, decoder: 'smearwatch-bmp' };
  }
  const own = decoder === 'auto' ? decodeOrdinary(bytes, format, maxPixels, pixels, see) : undefined;
  if (typeof own === 'object') return { pixels, ...own, format, decoder: `smearwatch-${format}` };
  const decoded = await decodeThroughSharp(bytes, format, { maxPixels, maxSeconds, decoder }, pixels);
  return { pixels, ...decoded, format, ...(own && decoded.decoder === 'libvips' && { fallback: own }) };
}

function asBuffer(into: Uint8Array): Buffer {
  if (into.length !== IMAGE_BYTES)
    throw new RangeError(`an image needs ${IMAGE_BYTES} bytes, not ${into.length}`);
  return Buffer.from(into.buffer, into.byteOffset, into.length);
}

function noImage(bytes: Buffer): SmearwatchError {
  if (endsInMagic(bytes)) return imageTruncated(`it is only ${byteCount(bytes.length)} long`);
  const foreign = foreignFormat(bytes);
  // After the formats that begin with zeros: DICOM's first 128 bytes are.
  if (foreign === undefined && bytes.subarray(0, 16).every((byte) => byte === 0)) return imageUnwritten();
  return imageFormatUnsupported(foreign);
}

function byteCount(bytes: number): string {
  return bytes === 1 ? '1 byte' : `${bytes} bytes`;
}

/**
 * One libvips thread per image and no cache of operations: whole images run side by side on libuv's threads,
 * and no image is decoded twice. The setting is process-wide: call this once at the start of a process.
 */
export function configureDecoding(): void {
  sharp.concurrency(1);
  sharp.cache(false);
}
