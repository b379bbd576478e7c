import { imageDamaged, imageTruncated, kindUnsupported } from './failures.js';

/** What the headers of a BMP say, of the kinds that are decoded. */
export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  /** Rows follow each other from the top. */
  readonly isTopDown: boolean;
  readonly bits: 8 | 24 | 32;
  /** Offsets of the palette, and of the pixels. */
  readonly palette: number;
  readonly pixels: number;
  /** Entries of the palette. */
  readonly colours: number;
}

/** Offsets in the file header (14 bytes) and the info header behind it, all numbers little-endian. */
const FIELD = {
  pixels: 10,
  headerBytes: 14,
  width: 18,
  height: 22,
  bits: 28,
  compression: 30,
  colours: 46,
  masks: 54,
} as const;

/**
 * Header lengths in which the fields above lie where they are read: Windows' BITMAPINFOHEADER, with masks of
 * three and of four colours behind it, BITMAPV4HEADER and BITMAPV5HEADER; and OS/2 2.x, which has its own
 * compressions.
 */
const WINDOWS_HEADERS: readonly number[] = [40, 52, 56, 108, 124];
const OS2_HEADER = 64;
/** OS/2 1.x: sides of 16 bits. OS/2 2.x may end behind any of its fields from here on. */
const OS2_OLD_HEADER = 12;
const OS2_SHORTEST_HEADER = 16;

/** BI_BITFIELDS: the header says which bits are which colour. */
const BIT_FIELDS = 3;
const WINDOWS_COMPRESSIONS: Readonly<Record<number, string>> = {
  1: 'run-length compression (RLE8)',
  2: 'run-length compression (RLE4)',
  4: 'a JPEG inside',
  5: 'a PNG inside',
  6: 'bit fields with transparency',
  11: 'CMYK colours',
  12: 'CMYK colours in run-length compression (RLE8)',
  13: 'CMYK colours in run-length compression (RLE4)',
};
const OS2_COMPRESSIONS: Readonly<Record<number, string>> = {
  1: 'run-length compression (RLE8)',
  2: 'run-length compression (RLE4)',
  3: 'Huffman compression',
  4: 'run-length compression (RLE24)',
};
/**
 * The usual order, which is also that of 32 bits without masks: blue, green, red, and a byte that means
 * nothing.
 */
const USUAL_MASKS = [0xff0000, 0xff00, 0xff];
const HINT = 'Let the scanner write uncompressed BMP of 8, 24 or 32 bits with a Windows header, or PNG.';

/**
 * Reads the headers. Which layout the rest has follows from the header's length, so that this is looked at
 * first.
 * @throws SmearwatchError `image-truncated`, `image-damaged`, `image-format-unsupported`
 */
export function readBmpHeader(bytes: Buffer): BmpHeader {
  const headerBytes = lengthOf(bytes);
  const width = bytes.readInt32LE(FIELD.width);
  const signedHeight = bytes.readInt32LE(FIELD.height);
  const height = Math.abs(signedHeight);
  if (width < 1 || height < 1) throw imageDamaged(`its header says ${width}×${signedHeight} pixels`);
  return {
    width,
    height,
    isTopDown: signedHeight < 0,
    bits: bitsOf(bytes, headerBytes),
    palette: FIELD.headerBytes + headerBytes,
    pixels: bytes.readUInt32LE(FIELD.pixels),
    colours: bytes.readUInt32LE(FIELD.colours) || 256,
  };
}

function lengthOf(bytes: Buffer): number {
  if (bytes.length < FIELD.width) throw cutHeader();
  const length = bytes.readUInt32LE(FIELD.headerBytes);
  if (length !== OS2_HEADER && !WINDOWS_HEADERS.includes(length)) {
    if (length !== OS2_OLD_HEADER && (length < OS2_SHORTEST_HEADER || length > OS2_HEADER))
      throw imageDamaged(`its header says that it is ${length} bytes long, as that of no BMP is`);
    throw unsupported(`an OS/2 header of ${length} bytes`);
  }
  if (bytes.length < FIELD.headerBytes + length) throw cutHeader();
  return length;
}

function bitsOf(bytes: Buffer, headerBytes: number): BmpHeader['bits'] {
  const bits = bytes.readUInt16LE(FIELD.bits);
  const compression = bytes.readUInt32LE(FIELD.compression);
  const compressions = headerBytes === OS2_HEADER ? OS2_COMPRESSIONS : WINDOWS_COMPRESSIONS;
  const hasMasks = compression === BIT_FIELDS && headerBytes !== OS2_HEADER;
  if (compression !== 0 && !hasMasks)
    throw unsupported(compressions[compression] ?? `compression ${compression}`);
  if (bits !== 8 && bits !== 24 && bits !== 32) throw unsupported(`${bits} bits per pixel`);
  if (!hasMasks) return bits;
  if (bits !== 32) throw unsupported(`bit fields of ${bits} bits`);
  if (bytes.length < FIELD.masks + 12) throw cutHeader();
  const isUsual = USUAL_MASKS.every((mask, index) => bytes.readUInt32LE(FIELD.masks + 4 * index) === mask);
  if (!isUsual) throw unsupported('an unusual order of colours');
  return bits;
}

function cutHeader(): Error {
  return imageTruncated('the file ends within its header');
}

function unsupported(what: string): Error {
  return kindUnsupported('BMP', what, HINT);
}
