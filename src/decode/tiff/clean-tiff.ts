import type { DecoderInput } from '../inspection.js';
import { firstBlock, type Block } from './blocks.js';
import type { FirstPage } from './first-page.js';
import { subsamplingOfJpeg } from './jpeg-block.js';
import type { TiffDirectory, TiffFile } from './read-directory.js';
import { coloursOf, type TiffPage } from './read-page.js';
import { COMPRESSION, EXTRA, PHOTOMETRIC, TAG, TYPE, TYPE_BYTES } from './tags.js';
import { hasPrediction } from './unsupported-compression.js';
import { withDirectory, type TiffField } from './write-directory.js';

/**
 * The same page in a file whose only directory has nothing but what its pixels need, in the one right form.
 * libtiff remarks on everything odd in a directory, and libvips cannot tell such a remark from one on damaged
 * pixels: here only the latter are left. The new directory is put after the file's bytes, so that its pixels
 * stay where they are.
 */
export function cleanTiff(
  bytes: Buffer,
  { file, directory, page }: FirstPage,
  blocks: readonly Block[],
): DecoderInput {
  const colours = coloursOf(page.photometric);
  const hasMeaningless = page.extras.length > 0 && page.extras.every((extra) => extra === EXTRA.unspecified);
  // Planes can be left out; channels of a pixel have to be decoded.
  const samples = hasMeaningless && page.isPlanar ? colours : page.samples;
  const used = page.isPlanar ? blocks.slice(0, (blocks.length / page.samples) * samples) : blocks;
  const fields = [
    ...pixelFields(page, samples),
    ...blockFields(page, used),
    ...chromaFields(bytes, page, blocks),
  ];
  fields.push(...copiedFields(bytes, directory, file));
  return {
    bytes: withDirectory(bytes, file, fields),
    hasMeaninglessChannels: hasMeaningless && !page.isPlanar,
  };
}

function pixelFields(page: TiffPage, samples: number): TiffField[] {
  const { photometric = PHOTOMETRIC.rgb, fillOrder, orientation, predictor, compression } = page;
  const hasExtra = samples > coloursOf(photometric);
  return [
    long(TAG.width, page.width),
    long(TAG.height, page.height),
    shorts(TAG.bits, page.bits.slice(0, samples)),
    short(TAG.compression, compression),
    short(TAG.photometric, photometric),
    ...(fillOrder === 1 ? [] : [short(TAG.fillOrder, fillOrder)]),
    ...(orientation === 1 ? [] : [short(TAG.orientation, orientation)]),
    short(TAG.samples, samples),
    short(TAG.planar, page.isPlanar && samples > 1 ? 2 : 1),
    ...(compression === COMPRESSION.ccittT4 ? [long(TAG.t4Options, page.t4Options)] : []),
    ...(hasPrediction(compression) && predictor !== 1 ? [short(TAG.predictor, predictor)] : []),
    ...(hasExtra ? [shorts(TAG.extraSamples, page.extras)] : []),
  ];
}

function blockFields({ isTiled, blockWidth, blockHeight }: TiffPage, blocks: readonly Block[]): TiffField[] {
  const offsets = blocks.map(({ offset }) => offset);
  const counts = blocks.map(({ length }) => length ?? 0);
  if (!isTiled)
    return [
      long(TAG.rowsPerStrip, blockHeight),
      longs(TAG.stripOffsets, offsets),
      longs(TAG.stripByteCounts, counts),
    ];
  return [
    long(TAG.tileWidth, blockWidth),
    long(TAG.tileHeight, blockHeight),
    longs(TAG.tileOffsets, offsets),
    longs(TAG.tileByteCounts, counts),
  ];
}

/** What a JPEG says itself is right: the tag for it is often missing or wrong, on which libtiff remarks. */
function chromaFields(bytes: Buffer, page: TiffPage, blocks: readonly Block[]): TiffField[] {
  if (page.photometric !== PHOTOMETRIC.yCbCr) return [];
  const isJpeg = page.compression === COMPRESSION.jpeg;
  const subsampling = isJpeg ? subsamplingOfJpeg(page, firstBlock(bytes, blocks)) : page.subsampling;
  return subsampling ? [shorts(TAG.subsampling, subsampling)] : [];
}

/** Copies the fields that are not interpreted, if their values are inside the file. */
function copiedFields(bytes: Buffer, { entries }: TiffDirectory, file: TiffFile): TiffField[] {
  return COPIED.flatMap(([tag, type, count]) => {
    const entry = entries.get(tag);
    if (entry === undefined || entry.position + entry.byteLength > bytes.length) return [];
    const values = bytes.subarray(entry.position, entry.position + entry.byteLength);
    const isRight = count === undefined ? TYPE_BYTES[entry.type] === TYPE_BYTES[type] : entry.type === type;
    if (!isRight || values.length === 0 || entry.count !== (count ?? entry.count)) return [];
    if (type === TYPE.rational && hasZeroDivisor(values)) return [];
    return [{ tag, type, values: tag === TAG.palette ? wide(values, file) : values }];
  });
}

/**
 * Old writers put 8-bit colours into 16-bit palettes, and libtiff warns about that. Multiplying by 257 makes
 * both bytes equal.
 */
function wide(palette: Buffer, { isLittle }: TiffFile): Buffer {
  const high = isLittle ? 1 : 0;
  const is8Bit = palette.every((byte, at) => at % 2 !== high || byte === 0);
  return is8Bit ? Buffer.from(palette.map((_, at) => palette[at - (at % 2) + 1 - high] ?? 0)) : palette;
}

function hasZeroDivisor(rationals: Buffer): boolean {
  return rationals.some((_, at) => at % 8 === 4 && rationals.readUInt32LE(at) === 0);
}

/** Tags, their types, and how many values they must have. */
const COPIED: readonly (readonly [tag: number, type: number, count?: number])[] = [
  [TAG.palette, TYPE.short],
  [TAG.jpegTables, TYPE.undefined],
  [TAG.colourWeights, TYPE.rational, 3],
  [TAG.blackAndWhite, TYPE.rational, 6],
  [TAG.colourProfile, TYPE.undefined],
];

function short(tag: number, value: number): TiffField {
  return shorts(tag, [value]);
}

function shorts(tag: number, values: readonly number[]): TiffField {
  return { tag, type: TYPE.short, values };
}

function long(tag: number, value: number): TiffField {
  return longs(tag, [value]);
}

/** Numbers that a BigTIFF may have to write with 8 bytes. */
function longs(tag: number, values: readonly number[]): TiffField {
  return { tag, type: TYPE.long, values };
}
