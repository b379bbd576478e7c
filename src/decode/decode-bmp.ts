import { readBmpHeader, type BmpHeader } from './bmp-header.js';
import { imageDamaged, imageTooLarge, imageTruncated } from './failures.js';

export interface RawPixels {
  /** Red, green and blue of each pixel, row by row. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Decodes an uncompressed BMP of 8, 24 or 32 bits, which is what scanners write and sharp's prebuilt libvips
 * does not read. Every size is checked before memory is taken or a pixel is read, since a header may claim
 * any. By hand, because the decoders on npm ignore where the header says that the pixels begin, and give
 * wrong colours rather than an error.
 */
export function decodeBmp(bytes: Buffer, maxPixels: number): RawPixels {
  const header = readBmpHeader(bytes);
  const { width, height, isTopDown, bits, palette, pixels } = header;
  if (width * height > maxPixels) throw imageTooLarge(`${width}×${height}`, maxPixels);
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  if (pixels + rowBytes * height > bytes.length) throw imageTruncated('the file ends before its last row');
  if (pixels < palette) throw imageDamaged('its pixels begin within its header');
  const data = new Uint8Array(width * height * 3);
  const copyRow = bits === 8 ? paletteRows(bytes, header) : colourRows(bytes, bits / 8);
  for (let y = 0; y < height; y++) {
    const row = isTopDown ? y : height - 1 - y;
    copyRow(pixels + row * rowBytes, data.subarray(y * width * 3, (y + 1) * width * 3));
  }
  return { data, width, height };
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

function paletteRows(bytes: Buffer, { palette, pixels, colours }: BmpHeader): CopyRow {
  if (palette + 4 * colours > pixels) throw imageDamaged('its pixels begin within its palette');
  return (from, row) => {
    for (let to = 0, at = from; to < row.length; to += 3, at++) {
      const index = bytes[at] as number;
      if (index >= colours) throw imageDamaged(`a pixel has colour ${index} of ${colours}`);
      const colour = palette + 4 * index;
      row[to] = bytes[colour + 2] as number;
      row[to + 1] = bytes[colour + 1] as number;
      row[to + 2] = bytes[colour] as number;
    }
  };
}
