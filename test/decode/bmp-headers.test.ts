import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../src/decode/decode-image.js';
import { bmpOf } from './bmp.js';
import { waves } from './waves.js';

const picture = waves(96, 80);
const { pixels, width, height } = picture;
const FILE_HEADER = 14;
const INFO_HEADER = 40;

/** The same file with a header of another length, whose fields behind the first 40 bytes are zeros. */
function withHeader(length: number, bits: 8 | 24 | 32, change?: (bytes: Buffer) => void): Buffer {
  const plain = bmpOf(pixels, width, height, { bits });
  const rest = plain.subarray(FILE_HEADER + INFO_HEADER);
  const head = Buffer.alloc(FILE_HEADER + length);
  plain.copy(head, 0, 0, Math.min(head.length, FILE_HEADER + INFO_HEADER));
  const bytes = Buffer.concat([head, rest]);
  bytes.writeUInt32LE(length, FILE_HEADER);
  bytes.writeUInt32LE(plain.readUInt32LE(10) + length - INFO_HEADER, 10);
  change?.(bytes);
  return bytes;
}

const masks =
  (...values: readonly number[]) =>
  (bytes: Buffer): void => {
    bytes.writeUInt32LE(3, 30);
    values.forEach((mask, index) => bytes.writeUInt32LE(mask, 54 + 4 * index));
  };

/** OS/2 1.x: sides of 16 bits in a header of 12 bytes, and a palette of three bytes per colour. */
function os2(): Buffer {
  const head = Buffer.alloc(FILE_HEADER + 12);
  head.write('BM', 'latin1');
  head.writeUInt32LE(head.length, 10);
  head.writeUInt32LE(12, 14);
  [width, height, 1, 24].forEach((value, index) => head.writeUInt16LE(value, 18 + 2 * index));
  return Buffer.concat([head, Buffer.alloc(width * height * 3, 120)]);
}

describe('a BMP is decoded with a header of', () => {
  it.each([40, 52, 56, 64, 108, 124])('%i bytes', async (length) => {
    const { pixels: expected } = await decodeImage(bmpOf(pixels, width, height, { bits: 24 }));
    for (const bits of [24, 32] as const) {
      const image = await decodeImage(withHeader(length, bits));
      expect(image.pixels.equals(expected)).toBe(true);
      expect(image).toMatchObject({ width, height });
    }
    const { pixels: greys } = await decodeImage(bmpOf(pixels, width, height, { bits: 8 }));
    expect((await decodeImage(withHeader(length, 8))).pixels.equals(greys)).toBe(true);
  });

  it.each([52, 56, 108, 124])('%i bytes and masks in it', async (length) => {
    const { pixels: expected } = await decodeImage(bmpOf(pixels, width, height, { bits: 24 }));
    const usual = withHeader(length, 32, masks(0xff0000, 0xff00, 0xff));
    expect((await decodeImage(usual)).pixels.equals(expected)).toBe(true);
    await expect(decodeImage(withHeader(length, 32, masks(0xff, 0xff00, 0xff0000)))).rejects.toMatchObject({
      message: 'The BMP has an unusual order of colours, which is not supported',
    });
  });
});

describe('a BMP is refused by name, and its size is never read from a header of another layout:', () => {
  const compressed = (value: number) => (bytes: Buffer) => bytes.writeUInt32LE(value, 30);
  const old = (length: number): Buffer => withHeader(length, 24);
  it.each<[string, Buffer]>([
    ['an OS/2 header of 12 bytes', os2()],
    ['an OS/2 header of 12 bytes', os2().subarray(0, 30)],
    ['an OS/2 header of 16 bytes', old(16)],
    ['an OS/2 header of 20 bytes', old(20)],
    ['an OS/2 header of 44 bytes', old(44)],
    ['Huffman compression', withHeader(64, 24, compressed(3))],
    ['run-length compression (RLE24)', withHeader(64, 24, compressed(4))],
    ['a JPEG inside', withHeader(40, 24, compressed(4))],
    ['a PNG inside', withHeader(124, 24, compressed(5))],
    ['run-length compression (RLE8)', withHeader(40, 8, compressed(1))],
    ['CMYK colours', withHeader(108, 32, compressed(11))],
    ['compression 99', withHeader(40, 24, compressed(99))],
    ['16 bits per pixel', withHeader(40, 24, (bytes) => bytes.writeUInt16LE(16, 28))],
    ['1 bits per pixel', withHeader(40, 24, (bytes) => bytes.writeUInt16LE(1, 28))],
    ['bit fields of 24 bits', withHeader(56, 24, masks(0xff0000, 0xff00, 0xff))],
  ])('%s', async (what, bytes) => {
    await expect(decodeImage(bytes)).rejects.toMatchObject({
      code: 'image-format-unsupported',
      message: `The BMP has ${what}, which is not supported`,
    });
  });

  it.each([0, 11, 13, 65, 125, 0xffffffff])('a header of %i bytes, which no BMP has', async (length) => {
    const bytes = withHeader(40, 24, (copy) => copy.writeUInt32LE(length, 14));
    await expect(decodeImage(bytes)).rejects.toMatchObject({ code: 'image-damaged' });
  });
});
