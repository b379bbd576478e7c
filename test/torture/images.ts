import { POISONS, type Poison } from '../../src/pool/worker/poison.js';

/** What the scanners of the torture write. */
export const IMAGE_SIZE = { width: 96, height: 108 };
const HEADER_BYTES = 54;
const ROW_BYTES = IMAGE_SIZE.width * 3;
/** Large enough that the last pixel keeps its colour when the image is resized. */
const MARK_SIDE = 32;

/** A BMP that differs for each number, made without an encoder: thousands of them cost nothing. */
export function image(number: number, poison?: Poison): Buffer {
  const pixelBytes = ROW_BYTES * IMAGE_SIZE.height;
  const bytes = Buffer.alloc(HEADER_BYTES + pixelBytes);
  bytes.write('BM');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(HEADER_BYTES, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(IMAGE_SIZE.width, 18);
  bytes.writeInt32LE(IMAGE_SIZE.height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  bytes.writeUInt32LE(pixelBytes, 34);
  for (let at = HEADER_BYTES; at < bytes.length; at += 1) bytes[at] = (at * 7 + number * 31) % 200;
  bytes.writeUInt32LE(number, HEADER_BYTES + ROW_BYTES);
  if (poison) mark(bytes, POISONS[poison]);
  return bytes;
}

/** Paints the corner of the last pixel. BMP rows run from the bottom up, and pixels are blue, green, red. */
function mark(bytes: Buffer, [red, green, blue]: readonly [number, number, number]): void {
  for (let row = 0; row < MARK_SIDE; row += 1) {
    for (let column = IMAGE_SIZE.width - MARK_SIDE; column < IMAGE_SIZE.width; column += 1) {
      bytes.set([blue, green, red], HEADER_BYTES + row * ROW_BYTES + column * 3);
    }
  }
}
