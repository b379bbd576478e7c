import { IMAGE_CHANNELS, IMAGE_SIDE } from '../../images.js';
import type { ReviewReason } from '../../record.js';

/** Measures of a picture: 98 % of a channel's values, 0 to 255, are between `low` and `high`. */
export interface PictureMeasures {
  readonly channels: readonly { readonly low: number; readonly high: number }[];
}

/** Every check of a decoded picture. A new measure of quality is added here. */
const CHECKS: readonly ((picture: PictureMeasures) => ReviewReason | undefined)[] = [emptyPicture];

/** Distance of the sampled pixels in both directions: 4096 of 65,536, spread evenly. */
const STEP = 4;
const SAMPLES = (IMAGE_SIDE / STEP) ** 2;
/** Number of values that a channel can have. */
const VALUES = 256;
/** A cell covers more than a hundredth of its picture; a hot pixel or a speck of dust covers less. */
const OUTLIERS = SAMPLES / 100;

/**
 * A quarter of the range: a picture that stays below it has 14 bits in samples of 16; with 12 bits it stays
 * below a sixteenth. In each of 9649 real pictures (single cells and whole fields) some channel reaches 176.
 */
const BLACK_BELOW = 64;
/** Clean glass has up to 246. In each of the real pictures some channel goes down to 139. */
const WHITE_ABOVE = 240;
/**
 * A camera's noise on one colour has a range of about 20. Each of the real pictures has 87 or more in some
 * channel.
 */
const ONE_COLOUR_RANGE = 24;

/**
 * Reasons for a person to review a picture, measured without a model: a model gives a confident answer even
 * to an empty picture.
 * @param pixels uint8, 256×256×3, RGB
 */
export function doubtsAboutPicture(pixels: Uint8Array): ReviewReason[] {
  const picture = measure(pixels);
  return CHECKS.flatMap((check) => check(picture) ?? []);
}

function emptyPicture({ channels }: PictureMeasures): ReviewReason | undefined {
  if (channels.every(({ high }) => high < BLACK_BELOW)) return 'nearly-black';
  if (channels.every(({ low }) => low > WHITE_ABOVE)) return 'nearly-white';
  return channels.every(({ low, high }) => high - low <= ONE_COLOUR_RANGE) ? 'one-colour' : undefined;
}

function measure(pixels: Uint8Array): PictureMeasures {
  const counts = countValues(pixels);
  const channels = Array.from({ length: IMAGE_CHANNELS }, (_, channel) =>
    counts.subarray(channel * VALUES, (channel + 1) * VALUES),
  );
  return { channels: channels.map((count) => ({ low: lowOf(count), high: highOf(count) })) };
}

/** Counts of each sampled value, channel by channel. */
function countValues(pixels: Uint8Array): Uint16Array {
  const counts = new Uint16Array(IMAGE_CHANNELS * VALUES);
  const rowBytes = IMAGE_SIDE * IMAGE_CHANNELS;
  for (let row = 0; row < IMAGE_SIDE; row += STEP) {
    const end = (row + 1) * rowBytes;
    for (let at = row * rowBytes; at < end; at += STEP * IMAGE_CHANNELS) {
      count(counts, pixels[at] ?? 0);
      count(counts, VALUES + (pixels[at + 1] ?? 0));
      count(counts, 2 * VALUES + (pixels[at + 2] ?? 0));
    }
  }
  return counts;
}

function count(counts: Uint16Array, index: number): void {
  counts[index] = (counts[index] ?? 0) + 1;
}

function lowOf(counts: Uint16Array): number {
  let value = 0;
  for (let below = counts[value] ?? 0; below <= OUTLIERS; below += counts[value] ?? SAMPLES) value += 1;
  return value;
}

function highOf(counts: Uint16Array): number {
  let value = VALUES - 1;
  for (let above = counts[value] ?? 0; above <= OUTLIERS; above += counts[value] ?? SAMPLES) value -= 1;
  return value;
}
