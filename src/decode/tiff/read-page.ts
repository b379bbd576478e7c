import type { Reading } from './reading.js';
import { readNumbers, type TiffDirectory, type TiffFile, type TiffProblem } from './read-directory.js';
import { EXTRA, PHOTOMETRIC, TAG } from './tags.js';

/** What a directory says about a page, with TIFF 6.0's defaults where it says nothing. */
export interface TiffPage {
  /** Columns and rows; 0 where the directory has none. */
  readonly width: number;
  readonly height: number;
  /** Undefined: the file does not say what its numbers mean, and nothing can be concluded from the rest. */
  readonly photometric: number | undefined;
  readonly compression: number;
  readonly predictor: number;
  readonly fillOrder: number;
  /** 1 to 8, as in EXIF. */
  readonly orientation: number;
  /** Channels of a pixel: those of the colour, and then the extra ones. */
  readonly samples: number;
  /** Bits and format (1: unsigned) of each channel. */
  readonly bits: readonly number[];
  readonly formats: readonly number[];
  /** Meanings of the extra channels. */
  readonly extras: readonly number[];
  /** Each channel has strips or tiles of its own. */
  readonly isPlanar: boolean;
  readonly isTiled: boolean;
  /** Columns and rows of a strip or tile. */
  readonly blockWidth: number;
  readonly blockHeight: number;
  readonly offsets: readonly number[];
  /** Bytes of each strip or tile: too few of them, or zeros, where a writer has left them out. */
  readonly byteCounts: readonly number[];
  /**
   * Columns and rows of pixels that share a chroma sample; undefined where the file does not say. TIFF 6.0
   * then takes 2×2, but writers that leave it out often mean 1×1.
   */
  readonly subsampling: readonly [across: number, down: number] | undefined;
  /** The largest sample there is, if the file says so. */
  readonly largestSample: number | undefined;
  readonly t4Options: number;
  readonly inkSet: number;
  /** A camera's raw file, whose pages are drafts of a picture that is still to be developed. */
  readonly isDng: boolean;
}

/** Tags that decide what the pixels are: one that cannot be read leaves no page. */
const NEEDED: readonly number[] = [
  TAG.width,
  TAG.height,
  TAG.bits,
  TAG.compression,
  TAG.photometric,
  TAG.fillOrder,
  TAG.samples,
  TAG.rowsPerStrip,
  TAG.planar,
  TAG.t4Options,
  TAG.predictor,
  TAG.tileWidth,
  TAG.tileHeight,
  TAG.stripOffsets,
  TAG.stripByteCounts,
  TAG.tileOffsets,
  TAG.tileByteCounts,
  TAG.inkSet,
  TAG.extraSamples,
  TAG.sampleFormat,
];
/** Tags without which the picture is the same, or that have a good default. */
const USEFUL: readonly number[] = [TAG.orientation, TAG.largestSample, TAG.subsampling];

/** @param mostBytes of one tag's values; more is `absurd`. */
export function* readPage(
  file: TiffFile,
  { entries }: TiffDirectory,
  mostBytes: number,
): Reading<TiffPage | TiffProblem> {
  const fields = new Map<number, readonly number[]>();
  for (const tag of [...NEEDED, ...USEFUL]) {
    const entry = entries.get(tag);
    if (entry === undefined) continue;
    const numbers = yield* readNumbers(file, entry, mostBytes);
    if (typeof numbers !== 'string') fields.set(tag, numbers);
    else if (NEEDED.includes(tag)) return numbers;
  }
  return pageOf(fields, entries.has(TAG.dngVersion));
}

function pageOf(fields: ReadonlyMap<number, readonly number[]>, isDng: boolean): TiffPage {
  const all = (tag: number): readonly number[] => fields.get(tag) ?? [];
  const one = (tag: number, otherwise: number): number => all(tag)[0] ?? otherwise;
  const [width, height] = [one(TAG.width, 0), one(TAG.height, 0)];
  const samples = one(TAG.samples, all(TAG.bits).length || 1);
  const [tileWidth, tileHeight] = [one(TAG.tileWidth, 0), one(TAG.tileHeight, 0)];
  const isTiled = tileWidth > 0 && tileHeight > 0;
  const isPlanar = samples > 1 && one(TAG.planar, 1) === 2;
  // Old writers have tiles under the tags of strips.
  const hasTileTags = isTiled && all(TAG.tileOffsets).length > 0;
  const offsets = all(hasTileTags ? TAG.tileOffsets : TAG.stripOffsets);
  const photometric = all(TAG.photometric)[0] ?? guessedPhotometric(samples);
  const [across, down = across] = all(TAG.subsampling);
  return {
    width,
    height,
    samples,
    photometric,
    isTiled,
    isPlanar,
    isDng,
    offsets,
    compression: one(TAG.compression, 1),
    predictor: one(TAG.predictor, 1),
    fillOrder: one(TAG.fillOrder, 1) === 2 ? 2 : 1,
    orientation: uprightUnless(one(TAG.orientation, 1)),
    bits: forEachOf(samples, all(TAG.bits), 1),
    formats: forEachOf(samples, all(TAG.sampleFormat), 1),
    extras: extrasOf(samples - coloursOf(photometric), all(TAG.extraSamples)),
    blockWidth: isTiled ? tileWidth : width,
    blockHeight: isTiled
      ? tileHeight
      : rowsOf(one(TAG.rowsPerStrip, 0), height, offsets.length > (isPlanar ? samples : 1)),
    byteCounts: all(hasTileTags ? TAG.tileByteCounts : TAG.stripByteCounts),
    subsampling: across === undefined || down === undefined ? undefined : [across, down],
    largestSample: all(TAG.largestSample)[0],
    t4Options: one(TAG.t4Options, 0),
    inkSet: one(TAG.inkSet, 1),
  };
}

/** How many channels a colour has: what comes after them is extra. */
export function coloursOf(photometric: number | undefined): number {
  switch (photometric) {
    case PHOTOMETRIC.whiteIsZero:
    case PHOTOMETRIC.blackIsZero:
    case PHOTOMETRIC.palette:
      return 1;
    case PHOTOMETRIC.cmyk:
      return 4;
    default:
      return 3;
  }
}

/**
 * Three channels without a word about them are red, green and blue to every reader; one may be either kind of
 * grey.
 */
function guessedPhotometric(samples: number): number | undefined {
  return samples === 3 ? PHOTOMETRIC.rgb : undefined;
}

function uprightUnless(orientation: number): number {
  return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

/** Writers that say it once mean it of every channel. */
function forEachOf(samples: number, values: readonly number[], otherwise: number): number[] {
  const last = values.at(-1) ?? otherwise;
  return Array.from({ length: Math.min(samples, MOST_SAMPLES) }, (_, at) => values[at] ?? last);
}

/** What is not said of a channel is unspecified. */
function extrasOf(count: number, values: readonly number[]): number[] {
  return Array.from(
    { length: Math.max(0, Math.min(count, MOST_SAMPLES)) },
    (_, at) => values[at] ?? EXTRA.unspecified,
  );
}

/** Nothing with more can be decoded; a list of 65,535 of them is not made. */
const MOST_SAMPLES = 64;

/** Without a number (0) the only strip has all rows, and nothing is known of several. */
function rowsOf(rowsPerStrip: number, height: number, hasSeveral: boolean): number {
  if (rowsPerStrip > 0) return Math.min(rowsPerStrip, height);
  return hasSeveral ? 0 : height;
}
