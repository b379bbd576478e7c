import sharp from 'sharp';
import { decodeBmp } from './decode-bmp.js';
import { decodeImage, type DecodedImage, type DecodeOptions } from './decode-image.js';
import { imageDamaged } from './failures.js';
import { inspect, onWhite } from './inspect.js';
import type { Rows, ImageSize } from './shrinker.js';

/** A part of an image in its full resolution, in pixels of the image as it is meant to be seen. */
export interface Region extends ImageSize {
  readonly left: number;
  readonly top: number;
}

export interface DecodedRegions extends DecodedImage {
  /** uint8, height×width×3, RGB: each region's pixels, in the order of the regions. */
  readonly regions: readonly Buffer[];
}

/**
 * Decodes an image as `decodeImage` does, and also gives pixels of parts of it without shrinking them.
 * Ordinary PNGs and TIFFs are decoded once for both; a JPEG is decoded again by sharp, since for 256×256
 * pixels it is not decoded in full.
 *
 * @throws SmearwatchError those of `decodeImage`
 * @throws RangeError when a region is empty or not within the image
 */
export async function decodeRegions(
  bytes: Buffer,
  regions: readonly Region[],
  options: Omit<DecodeOptions, 'see'> = {},
): Promise<DecodedRegions> {
  let cut: Buffer[] | undefined;
  const image = await decodeImage(bytes, {
    ...options,
    see: (rows) => {
      if (regions.every((region) => isWithin(region, rows)))
        cut = regions.map((region) => copy(rows, region));
    },
  });
  const outside = regions.find((region) => !isWithin(region, image));
  if (outside !== undefined) throw outOfImage(outside, image);
  if (cut === undefined) {
    const rows = await decodeInFull(bytes, image, options.maxSeconds ?? 0);
    cut = regions.map((region) => copy(rows, region));
  }
  return { ...image, regions: cut };
}

function isWithin({ left, top, width, height }: Region, image: ImageSize): boolean {
  const isWhole = [left, top, width, height].every(Number.isSafeInteger);
  const isPlace = left >= 0 && top >= 0 && width > 0 && height > 0;
  return isWhole && isPlace && left + width <= image.width && top + height <= image.height;
}

function outOfImage({ left, top, width, height }: Region, image: ImageSize): RangeError {
  const region = `${width}×${height} pixels at (${left}, ${top})`;
  return new RangeError(
    `The region of ${region} is not within the image of ${image.width}×${image.height} pixels`,
  );
}

function copy({ data, stride }: Rows, { left, top, width, height }: Region): Buffer {
  const pixels = Buffer.allocUnsafeSlow(3 * width * height);
  for (let y = 0; y < height; y++) {
    const start = (top + y) * stride + 3 * left;
    pixels.set(data.subarray(start, start + 3 * width), 3 * width * y);
  }
  return pixels;
}

/** Damage that decodes all the same was judged when the image was decoded the first time. */
async function decodeInFull(bytes: Buffer, image: DecodedImage, maxSeconds: number): Promise<Rows> {
  if (image.format === 'bmp') {
    const raw = decodeBmp(bytes, image.width * image.height);
    return { ...raw, stride: 3 * raw.width };
  }
  const limitInputPixels = image.width * image.height;
  const { input, repaired } = inspect(bytes, image.format, limitInputPixels);
  const source = sharp(repaired() ?? input.bytes, { failOn: 'none', limitInputPixels });
  const { data, info } = await onWhite(source, input)
    .raw({ depth: 'uchar' })
    .timeout({ seconds: maxSeconds })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw imageDamaged(`it decodes to ${info.channels} channels`);
  return { data, width: info.width, height: info.height, stride: 3 * info.width };
}
