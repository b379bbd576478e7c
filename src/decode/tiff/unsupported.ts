import { coloursOf, type TiffPage } from './read-page.js';
import { COMPRESSION, EXTRA, PHOTOMETRIC } from './tags.js';
import { unsupportedCompression, unsupportedPrediction } from './unsupported-compression.js';

/**
 * What a page has that is not decoded, for "The TIFF has …"; undefined: its tags give every sample a meaning,
 * and all of them are decoded. The header alone decides, since a decoder that does not know a kind calls it
 * damaged.
 * @param firstBlock bytes of the first strip or tile that has any
 */
export function unsupportedIn(page: TiffPage, firstBlock: Buffer): string | undefined {
  return (
    colours(page) ??
    sampleFormat(page) ??
    extraChannels(page) ??
    sampleBits(page) ??
    unsupportedCompression(page, firstBlock) ??
    unsupportedPrediction(page) ??
    arrangement(page)
  );
}

const COLOURS: Readonly<Record<number, string>> = {
  4: 'a transparency mask instead of a picture',
  8: 'CIELAB colours',
  9: 'ICCLAB colours',
  10: 'ITULAB colours',
  32_803: "the raw samples of a camera's sensor",
  32_844: 'LogL luminance',
  32_845: 'LogLuv colours',
  34_892: "the raw samples of a camera's sensor",
  51_177: 'a depth map instead of a picture',
};

function colours({ photometric, samples, inkSet, isDng }: TiffPage): string | undefined {
  if (isDng) return "the raw samples of a camera's sensor (DNG)";
  if (photometric === undefined) return 'samples of unknown meaning (no PhotometricInterpretation)';
  if (!Object.values<number>(PHOTOMETRIC).includes(photometric))
    return COLOURS[photometric] ?? `PhotometricInterpretation ${photometric}`;
  if (samples < coloursOf(photometric)) return `colours of ${channels(samples)}`;
  return photometric === PHOTOMETRIC.cmyk && inkSet !== 1 ? 'other inks than CMYK' : undefined;
}

/** Kinds of samples by SampleFormat. 4 says nothing, which TIFF 6.0 has read as unsigned. */
const FORMATS: Readonly<Record<number, string>> = {
  2: 'signed',
  3: 'floating point',
  5: 'complex',
  6: 'complex floating point',
};
const UNSIGNED: ReadonlySet<number> = new Set([1, 4]);

function sampleFormat({ formats, bits }: TiffPage): string | undefined {
  const at = formats.findIndex((format) => !UNSIGNED.has(format));
  if (at === -1) return undefined;
  return `${bits[at] ?? 0}-bit ${FORMATS[formats[at] ?? 0] ?? 'unknown'} samples`;
}

/** libvips has room for five channels. */
const MOST_SAMPLES = 5;

function extraChannels(page: TiffPage): string | undefined {
  const { photometric, samples, extras, bits } = page;
  if (extras.length === 0) return undefined;
  if (samples > MOST_SAMPLES) return channels(samples);
  const isPalette = photometric === PHOTOMETRIC.palette;
  if (isPalette && (samples > 2 || bits[0] !== 8)) return `${channels(extras.length)} beside a palette`;
  if (extras.every((extra) => extra === EXTRA.unspecified))
    return isGrey(photometric)
      ? `${channels(extras.length)} of unknown meaning beside a grey one`
      : undefined;
  const isAlpha =
    extras.length === 1 && (extras[0] === EXTRA.alpha || extras[0] === EXTRA.premultipliedAlpha);
  if (!isAlpha) return `${channels(extras.length)} of mixed meaning beside ${kindOf(photometric)}`;
  return transparency(page);
}

/**
 * libvips mixes up the planes where only one is followed by transparency, and divides indices of a palette by
 * it.
 */
function transparency({ photometric, extras, isPlanar }: TiffPage): string | undefined {
  const isPalette = photometric === PHOTOMETRIC.palette;
  if (isPlanar && (isPalette || isGrey(photometric)))
    return `transparency in a plane beside ${kindOf(photometric)}`;
  return isPalette && extras[0] !== EXTRA.alpha ? 'transparency multiplied into a palette' : undefined;
}

function kindOf(photometric: number | undefined): string {
  if (isGrey(photometric)) return 'a grey one';
  if (photometric === PHOTOMETRIC.palette) return 'a palette';
  return photometric === PHOTOMETRIC.cmyk ? 'CMYK' : 'RGB';
}

function isGrey(photometric: number | undefined): boolean {
  return photometric === PHOTOMETRIC.blackIsZero || photometric === PHOTOMETRIC.whiteIsZero;
}

const BITS: Readonly<Record<number, readonly number[]>> = {
  [PHOTOMETRIC.whiteIsZero]: [1, 2, 4, 8, 16],
  [PHOTOMETRIC.blackIsZero]: [1, 2, 4, 8, 16],
  [PHOTOMETRIC.palette]: [1, 2, 4, 8, 16],
  [PHOTOMETRIC.rgb]: [8, 16],
  [PHOTOMETRIC.cmyk]: [8, 16],
  [PHOTOMETRIC.yCbCr]: [8],
};

function sampleBits({ photometric = 0, bits, extras, largestSample }: TiffPage): string | undefined {
  const [first = 0] = bits;
  if (bits.some((channel) => channel !== first)) return `samples of ${bits.join(', ')} bits`;
  const isTaken = BITS[photometric]?.includes(first) === true && (extras.length === 0 || first >= 8);
  if (!isTaken) return `${first}-bit samples`;
  const used = Math.log2((largestSample ?? 0) + 1);
  const isPadded = first === 16 && Number.isInteger(used) && used > 8 && used < 16;
  return isPadded ? `${used}-bit samples in words of 16 bits` : undefined;
}

/**
 * Accepts only layouts that libvips reads correctly: for odd tiles, libtiff gives the same warnings as for
 * damage.
 */
function arrangement(page: TiffPage): string | undefined {
  const { isTiled, isPlanar, blockWidth, blockHeight, photometric, compression: number } = page;
  if (isTiled && isPlanar) return 'planes in tiles';
  if (isPlanar && photometric === PHOTOMETRIC.yCbCr) return 'YCbCr colours in planes';
  if (isPlanar && number === COMPRESSION.webp) return 'WebP compression in planes';
  const isOdd = isTiled && (blockWidth % 16 !== 0 || blockHeight % 16 !== 0);
  return isOdd ? `tiles of ${blockWidth}×${blockHeight} pixels` : undefined;
}

function channels(count: number): string {
  return count === 1 ? 'one channel' : `${count} channels`;
}
