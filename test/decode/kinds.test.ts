import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../src/decode/decode-image.js';
import { inserted, SCAN, segment, withPart } from './jpeg.js';
import { losslessJpeg } from './lossless-jpeg.js';
import { blackPixels, chunk, header, pngOf, withBadCrc } from './png.js';
import { waves } from './waves.js';

/** A whole file of a kind that is not decoded is unsupported, and its reason names the kind. */
const { pixels, width, height } = waves(300, 280);
const open = (): Sharp => sharp(pixels, { raw: { width, height, channels: 3 } });
const jpeg = await open().jpeg({ progressive: true }).toBuffer();
const FRAME = 0xc2;

const frame = (change: (part: Buffer) => void): Buffer => withPart(jpeg, FRAME, change);
const ofCoding = (marker: number): Buffer => frame((part) => part.writeUInt8(marker, 1));
const adobe = Buffer.from('Adobe\0\x64\0\0\0\0\x07', 'latin1');
const size = { width: 8, height: 8, bits: 8, colour: 2 } as const;
const grey = (x: number, y: number): number => (3 * x + 2 * y) % 256;

describe('the reason names what is not supported:', () => {
  it.each<[string, Buffer]>([
    ['The JPEG has 12-bit samples', frame((part) => part.writeUInt8(12, 4))],
    [
      'The JPEG has lossless 12-bit samples',
      losslessJpeg({ width: 64, height: 48, bits: 12, valueAt: grey }),
    ],
    [
      'The JPEG has lossless 16-bit samples',
      losslessJpeg({ width: 64, height: 48, bits: 16, valueAt: grey }),
    ],
    ['The JPEG has lossless arithmetic coding', ofCoding(0xcb)],
    ['The JPEG has hierarchical coding', ofCoding(0xc5)],
    ['The JPEG has hierarchical coding', ofCoding(0xc6)],
    ['The JPEG has hierarchical coding', ofCoding(0xcf)],
    ['The JPEG has hierarchical coding', inserted(jpeg, 2, segment(0xde, Buffer.alloc(15)))],
    ['The JPEG has JPEG-LS compression', ofCoding(0xf7)],
    ['The JPEG has an extension of JPEG (marker F0)', inserted(jpeg, 2, segment(0xf0, 'x'))],
    ['The JPEG has no height in its header (DNL)', frame((part) => part.writeUInt16BE(0, 5))],
    ['The JPEG has 5 colour channels', frame((part) => part.writeUInt8(5, 9))],
    ['The JPEG has an unknown colour transform (Adobe 7)', inserted(jpeg, 2, segment(0xee, adobe))],
    [
      "The PNG has Apple's own format for apps (CgBI)",
      pngOf(chunk('CgBI', Buffer.alloc(4)), header(size), blackPixels(size)),
    ],
    [
      'The PNG has a critical chunk that no standard describes (ABCD)',
      pngOf(header(size), chunk('ABCD'), blackPixels(size)),
    ],
  ])('%s', async (what, bytes) => {
    await expect(decodeImage(bytes)).rejects.toMatchObject({
      code: 'image-format-unsupported',
      message: `${what}, which is not supported`,
    });
  });

  it('and lossless JPEG of 8 bits is decoded', async () => {
    const image = await decodeImage(losslessJpeg({ width: 256, height: 256, bits: 8, valueAt: grey }));
    for (const [x, y] of [
      [0, 0],
      [255, 0],
      [100, 200],
    ] as const)
      expect(image.pixels[(y * 256 + x) * 3]).toBe(grey(x, y));
  });
});

describe('the reason says what is damaged:', () => {
  const png = (change: (data: Buffer) => void): Buffer => {
    const data = Buffer.from(header(size).subarray(8, 21));
    change(data);
    return pngOf(chunk('IHDR', data), blackPixels(size));
  };
  it.each<[string, Buffer]>([
    ['PNG data cannot be decoded (its first chunk is not a header)', pngOf(blackPixels(size))],
    ['PNG data cannot be decoded (its header says 0×8 pixels)', png((data) => data.writeUInt32BE(0, 0))],
    [
      'PNG data cannot be decoded (its header says 7 bits of colour type 2)',
      png((data) => data.writeUInt8(7, 8)),
    ],
    ['PNG data cannot be decoded (it has no palette)', png((data) => data.writeUInt8(3, 9))],
    ['PNG data cannot be decoded (it has no pixel data)', pngOf(header(size))],
    [
      'PNG data cannot be decoded (the checksum of chunk IDAT at byte 33 is wrong)',
      pngOf(header(size), withBadCrc(blackPixels(size))),
    ],
    [
      'PNG data cannot be decoded (its compressed pixels are wrong)',
      pngOf(header(size), chunk('IDAT', Buffer.from('garbage'))),
    ],
    [
      'PNG data cannot be decoded (no chunk begins at byte 33)',
      pngOf(header(size), Buffer.alloc(30, 0x5a), blackPixels(size)),
    ],
    [
      'JPEG data cannot be decoded (its header says that it is 0 pixels wide)',
      frame((part) => part.writeUInt16BE(0, 7)),
    ],
    [
      'JPEG data cannot be decoded (it has no frame header)',
      withPart(jpeg, FRAME, (part) => (part[1] = 0xe5)),
    ],
    [
      'JPEG data cannot be decoded (its compressed pixels are wrong)',
      withPart(jpeg, SCAN, (part) => part.fill(0x11, 14, 60)),
    ],
  ])('%s', async (what, bytes) => {
    await expect(decodeImage(bytes)).rejects.toMatchObject({
      code: 'image-damaged',
      message: `The image is damaged: its ${what}`,
    });
  });
});

it('each of many copies of bad files has one reason, even if others fail at the same time', async () => {
  const png = await open().png().toBuffer();
  const flipped = Buffer.from(png).fill(0x5a, png.length >> 1, (png.length >> 1) + 40);
  const bad: readonly Buffer[] = [
    flipped,
    png.subarray(0, -12),
    frame((part) => part.writeUInt8(12, 4)),
    withPart(jpeg, SCAN, (part) => part.fill(0x11, 14, 60)),
    jpeg.subarray(0, jpeg.length >> 1),
    pngOf(header(size), chunk('IDAT', Buffer.from('garbage'))),
    await open().toColourspace('rgb16').tiff({ compression: 'lzw' }).toBuffer(),
  ];
  const outcomeOf = (bytes: Buffer): Promise<string> =>
    decodeImage(bytes).then(
      () => 'classified',
      (error: unknown) => `${(error as { code: string }).code}: ${(error as Error).message}`,
    );
  const alone: string[] = [];
  for (const bytes of bad) alone.push(await outcomeOf(bytes));
  expect(new Set(alone).size).toBeGreaterThan(5);
  const together = await Promise.all(Array.from({ length: 60 }, () => bad.map(outcomeOf)).flat());
  together.forEach((outcome, index) => expect(outcome).toBe(alone[index % bad.length]));
});
