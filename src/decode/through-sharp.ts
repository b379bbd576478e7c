import sharp, { type Metadata, type Sharp } from 'sharp';
import { SmearwatchError } from '../errors.js';
import { IMAGE_SIDE, type DecodedBy, type DecoderChoice } from '../images.js';
import type { RawPixels } from './decode-bmp.js';
import { decodeOrdinary } from './decode-ordinary.js';
import { decodeTimeout, imageDamaged, resizeUnavailable } from './failures.js';
import { inspect, onWhite, type SharpFormat } from './inspect.js';
import type { DecoderInput } from './inspection.js';
import { canShrink, shrinkPixels, type ImageSize } from './shrinker.js';

/** Four times a scanner's image, in memory at once; larger ones are shrunk by sharp while it reads them. */
const MOST_SHRUNK_PIXELS = 4_194_304;

interface SharpLimits {
  readonly maxPixels: number;
  readonly maxSeconds: number;
  readonly decoder: DecoderChoice;
}

/** RGB as sharp gives it, and the size of the picture that it was made from. */
interface Decoded {
  readonly raw: RawPixels;
  readonly size: ImageSize;
}

/**
 * Decodes any file of a format that libvips reads. Whether it decodes is for libvips to say, and why it does
 * not for our own reading of the file.
 * @throws SmearwatchError those of `decodeImage`
 */
export async function decodeThroughSharp(
  bytes: Buffer,
  format: SharpFormat,
  limits: SharpLimits,
  into: Buffer,
): Promise<ImageSize & DecodedBy> {
  const inspection = inspect(bytes, format, limits.maxPixels);
  inspection.assertWhole();
  const decoded = await tryToDecode(inspection.input, format, limits);
  if (!('failure' in decoded)) return { ...fit(decoded, into), decoder: 'libvips' };
  const repaired = inspection.repaired();
  const image = repaired && (await decodeRepaired(repaired, format, limits, into));
  if (image === undefined) throw inspection.failure(decoded.failure);
  return image;
}

/** Undefined: the damage was not what kept it from being decoded. */
async function decodeRepaired(
  bytes: Buffer,
  format: SharpFormat,
  limits: SharpLimits,
  into: Buffer,
): Promise<(ImageSize & DecodedBy) | undefined> {
  const own = limits.decoder === 'auto' && decodeOrdinary(bytes, format, limits.maxPixels, into);
  if (typeof own === 'object') return { ...own, decoder: `smearwatch-${format}` };
  const decoded = await tryToDecode({ bytes, hasMeaninglessChannels: false }, format, limits);
  return 'failure' in decoded ? undefined : { ...fit(decoded, into), decoder: 'libvips' };
}

/** Resizes pixels that are decoded: with sharp those that are too many to be held twice. */
export async function shrinkThroughSharp(
  raw: RawPixels,
  maxSeconds: number,
  into: Buffer,
): Promise<ImageSize> {
  const { data, width, height } = raw;
  if (isShrinkable(raw)) return fit({ raw, size: { width, height } }, into);
  const source = sharp(data, { raw: { width, height, channels: 3 } });
  return fit(await timed(maxSeconds, () => convert(source, { width, height }, maxSeconds)), into);
}

/** What libvips throws is a result: only our own errors are errors of this. */
async function tryToDecode(
  input: DecoderInput,
  format: SharpFormat,
  limits: SharpLimits,
): Promise<Decoded | { readonly failure: unknown }> {
  try {
    return await decode(input, format, limits);
  } catch (error) {
    if (error instanceof SmearwatchError) throw error;
    return { failure: error };
  }
}

async function decode(
  { bytes, hasMeaninglessChannels }: DecoderInput,
  format: SharpFormat,
  { maxPixels, maxSeconds }: SharpLimits,
): Promise<Decoded> {
  const source = sharp(bytes, { failOn: 'warning', limitInputPixels: maxPixels, sequentialRead: true });
  return timed(maxSeconds, async () => {
    if (hasMeaninglessChannels) return decodeColours(source, maxSeconds);
    const metadata = await source.metadata();
    const { width, height, orientation = 1 } = metadata;
    if (isPlain(format, metadata)) return { raw: await read(source, maxSeconds), size: { width, height } };
    const upright = orientation >= 5 ? { width: height, height: width } : { width, height };
    return convert(source, upright, maxSeconds);
  });
}

/**
 * Colours without the channels after them, before anything is done that would blend them with transparency.
 */
async function decodeColours(source: Sharp, maxSeconds: number): Promise<Decoded> {
  const raw = await read(onWhite(source, { hasMeaninglessChannels: true }), maxSeconds);
  const { data, width, height } = raw;
  const size: ImageSize = { width, height };
  if (isShrinkable(size)) return { raw, size };
  return convert(sharp(data, { raw: { ...size, channels: 3 } }), size, maxSeconds);
}

/** libvips ends what takes too long without a message that is surely its own. */
async function timed<T>(maxSeconds: number, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  try {
    return await work();
  } catch (error) {
    const isLate = maxSeconds > 0 && performance.now() - start >= maxSeconds * 1000;
    throw isLate ? decodeTimeout(maxSeconds, error) : error;
  }
}

/**
 * Returns true for pixels that only have to be resized: the same picture then becomes the same 256×256 pixels
 * in every lossless format. JPEGs are shrunk while they are decoded instead.
 */
function isPlain(format: SharpFormat, metadata: Metadata): boolean {
  const { channels, depth, space, orientation = 1, hasProfile, hasAlpha } = metadata;
  const isRgb = channels === 3 && depth === 'uchar' && space === 'srgb' && !hasProfile && !hasAlpha;
  return format !== 'jpeg' && isRgb && orientation === 1 && isShrinkable(metadata);
}

function isShrinkable({ width, height }: ImageSize): boolean {
  return width * height <= MOST_SHRUNK_PIXELS && canShrink();
}

async function read(source: Sharp, maxSeconds: number): Promise<RawPixels> {
  const { data, info } = await source
    .raw({ depth: 'uchar' })
    .timeout({ seconds: maxSeconds })
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/**
 * Shrinks what is longer than a side of the contract, and leaves what is shorter as it is: libvips samples
 * what it enlarges half a pixel away from where it lies, and turned images the other way.
 * @param size upright
 */
async function convert(source: Sharp, size: ImageSize, maxSeconds: number): Promise<Decoded> {
  const columns = Math.min(size.width, IMAGE_SIDE);
  const rows = Math.min(size.height, IMAGE_SIDE);
  const { data, info } = await onWhite(source, { hasMeaninglessChannels: false })
    .resize(columns, rows, { fit: 'fill', kernel: 'linear' })
    .raw({ depth: 'uchar' })
    .timeout({ seconds: maxSeconds })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw imageDamaged(`it decodes to ${info.channels} channels`);
  return { raw: { data, width: info.width, height: info.height }, size };
}

function fit({ raw, size }: Decoded, into: Buffer): ImageSize {
  const { data, width, height } = raw;
  if (width === IMAGE_SIDE && height === IMAGE_SIDE) into.set(data);
  else if (typeof shrinkPixels(data, raw, into) === 'string') throw resizeUnavailable(width, height);
  return size;
}
