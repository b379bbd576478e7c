export interface BmpOptions {
  /** Bits per pixel: 8 (a palette of 256), 24 or 32. */
  readonly bits: 8 | 24 | 32;
  /** Rows from the top: a negative height in the header. */
  readonly isTopDown?: boolean;
}

/**
 * An uncompressed BMP of RGB pixels, row by row from the top. With 8 bits, a pixel's red is looked up as a
 * grey.
 */
export function bmpOf(
  rgb: Uint8Array,
  width: number,
  height: number,
  { bits, isTopDown }: BmpOptions,
): Buffer {
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  const paletteBytes = bits === 8 ? 1024 : 0;
  const pixelsAt = 54 + paletteBytes;
  const file = Buffer.alloc(pixelsAt + rowBytes * height);
  file.write('BM', 'latin1');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(pixelsAt, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(isTopDown === true ? -height : height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(bits, 28);
  file.writeUInt32LE(rowBytes * height, 34);
  file.writeUInt32LE(bits === 8 ? 256 : 0, 46);
  for (let grey = 0; grey * 4 < paletteBytes; grey++) file.fill(grey, 54 + grey * 4, 57 + grey * 4);
  for (let y = 0; y < height; y++) {
    const row = pixelsAt + rowBytes * (isTopDown === true ? y : height - 1 - y);
    for (let x = 0; x < width; x++) {
      const [red = 0, green = 0, blue = 0] = rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3);
      if (bits === 8) file[row + x] = red;
      else file.set([blue, green, red], row + (x * bits) / 8);
    }
  }
  return file;
}
