import { bmpUnsupported, imageDamaged, imageTooLarge, imageTruncated } from './failures.js';

export interface RawPixels {
  /** RGB. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Offsets in the file header (14 bytes) and the info header after it (40 bytes or more), all little-endian. */
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
const INFO_HEADER_BYTES = 40;
/** BI_BITFIELDS: the header says which bits are which colour. */
const BIT_FIELDS = 3;
const COMPRESSIONS: Readonly<Record<number, string>> = {
  1: 'run-length compression (RLE8)',
  2: 'run-length compression (RLE4)',
  4: 'a JPEG inside',
  5: 'a PNG inside',
};
/** The usual order, which is also that of 32 bits without masks: blue, green, red, and a byte that means nothing. */
const USUAL_MASKS = [0xff0000, 0xff00, 0xff];

/**
 * Uncompressed BMP of 8, 24 or 32 bits, which is what scanners write and sharp's prebuilt libvips does not read. Every
 * size is checked before memory is taken or a pixel is read, since a header may claim any. By hand, because the
 * decoders on npm ignore where the header says that the pixels begin, and give wrong colours rather than an error.
 */
export function decodeBmp(bytes: Buffer, maxPixels: number): RawPixels {
  if (bytes.length < FIELD.headerBytes + INFO_HEADER_BYTES)
    throw imageTruncated('the file ends within its header');
  const width = bytes.readInt32LE(FIELD.width);
  const signedHeight = bytes.readInt32LE(FIELD.height);
  const height = Math.abs(signedHeight);
  if (width < 1 || height < 1) throw imageDamaged(`its header says ${width}×${height} pixels`);
  if (width * height > maxPixels) throw imageTooLarge(`${width}×${height}`, maxPixels);
  const bits = supportedBits(bytes);
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  const start = bytes.readUInt32LE(FIELD.pixels);
  if (start + rowBytes * height > bytes.length) throw imageTruncated('the file ends before its last row');
  if (start < FIELD.headerBytes + bytes.readUInt32LE(FIELD.headerBytes))
    throw imageDamaged('its pixels begin within its header');
  const data = new Uint8Array(width * height * 3);
  const copyRow = bits === 8 ? paletteRows(bytes, start) : colourRows(bytes, bits / 8);
  for (let y = 0; y < height; y++) {
    const row = signedHeight < 0 ? y : height - 1 - y; // a negative height: the first row is the top one
    copyRow(start + row * rowBytes, data.subarray(y * width * 3, (y + 1) * width * 3));
  }
  return { data, width, height };
}

function supportedBits(bytes: Buffer): 8 | 24 | 32 {
  const headerBytes = bytes.readUInt32LE(FIELD.headerBytes);
  const bits = bytes.readUInt16LE(FIELD.bits);
  const compression = bytes.readUInt32LE(FIELD.compression);
  if (headerBytes < INFO_HEADER_BYTES) throw bmpUnsupported(`an old header of ${headerBytes} bytes`);
  if (bits !== 8 && bits !== 24 && bits !== 32) throw bmpUnsupported(`${bits} bits per pixel`);
  if (compression === 0) return bits;
  if (compression !== BIT_FIELDS || bits !== 32)
    throw bmpUnsupported(COMPRESSIONS[compression] ?? `compression ${compression}`);
  if (bytes.length < FIELD.masks + 12) throw imageTruncated('the file ends within its header');
  const isUsual = USUAL_MASKS.every((mask, index) => bytes.readUInt32LE(FIELD.masks + 4 * index) === mask);
  if (!isUsual) throw bmpUnsupported('an unusual order of colours');
  return bits;
}

/** Copies the row that begins at `from` into RGB bytes. */
type CopyRow = (from: number, row: Uint8Array) => void;

function colourRows(bytes: Buffer, step: number): CopyRow {
  return (from, row) => {
    for (let to = 0, at = from; to < row.length; to += 3, at += step) {
      row[to] = bytes[at + 2] as number;
      row[to + 1] = bytes[at + 1] as number;
      row[to + 2] = bytes[at] as number;
    }
  };
}

function paletteRows(bytes: Buffer, pixels: number): CopyRow {
  const start = FIELD.headerBytes + bytes.readUInt32LE(FIELD.headerBytes);
  const colours = bytes.readUInt32LE(FIELD.colours) || 256;
  if (start + 4 * colours > pixels) throw imageDamaged('its pixels begin within its palette');
  return (from, row) => {
    for (let to = 0, at = from; to < row.length; to += 3, at++) {
      const index = bytes[at] as number;
      if (index >= colours) throw imageDamaged(`a pixel has colour ${index} of ${colours}`);
      const colour = start + 4 * index;
      row[to] = bytes[colour + 2] as number;
      row[to + 1] = bytes[colour + 1] as number;
      row[to + 2] = bytes[colour] as number;
    }
  };
}
