import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../src/decode/decode-image.js';
import { drawSmear } from '../../../src/generate/smear.js';
import { CELL_CLASSES, IMAGE_BYTES } from '../../../src/images.js';
import { doubtsAboutPicture } from '../../../src/pool/worker/picture-doubts.js';

const SIDE = 256;
type ValueAt = (x: number, y: number, channel: number) => number;

function pictureOf(valueAt: ValueAt): Uint8Array {
  return Uint8Array.from({ length: IMAGE_BYTES }, (_, at) => {
    const pixel = Math.floor(at / 3);
    return Math.min(255, Math.max(0, Math.round(valueAt(pixel % SIDE, Math.floor(pixel / SIDE), at % 3))));
  });
}

/** Noise from −1 to 1, the same for the same place. */
function noiseAt(x: number, y: number, channel: number): number {
  const mixed = Math.imul(Math.imul(x * 3 + channel + 1, 0x9e3779b1) ^ (y + 1), 0x85ebca6b) >>> 0;
  return (Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) >>> 0) / 2 ** 31 - 1;
}

const smear = (index: number): Uint8Array => {
  const cellClass = CELL_CLASSES[index % CELL_CLASSES.length]!;
  return drawSmear({ seed: 11, index, cellClass, width: SIDE, height: SIDE }).pixels;
};
const [pixels] = [smear(0)];
const ofSmear =
  (change: (value: number) => number): ValueAt =>
  (x, y, channel) =>
    change(pixels[(y * SIDE + x) * 3 + channel] ?? 0);
const isWithin = (x: number, y: number, size: number): boolean =>
  x >= 60 && x < 60 + size && y >= 90 && y < 90 + size;
/** The lilac of an empty field. */
const GLASS = [226, 205, 214];

describe('a picture goes to review as', () => {
  it.each<[string, string, ValueAt]>([
    ['nearly-black', 'black', () => 0],
    [
      'nearly-black',
      'a dark current with hot pixels',
      (x, y, c) => ((x % 17) + (y % 19) === 0 ? 255 : 12 + 6 * noiseAt(x, y, c)),
    ],
    ['nearly-black', '12 bits in samples of 16', ofSmear((value) => value / 16)],
    ['nearly-black', '14 bits in samples of 16', ofSmear((value) => value / 4)],
    ['nearly-white', 'white', () => 255],
    ['nearly-white', 'overexposed', ofSmear((value) => value * 4 + 200)],
    ['nearly-white', 'white with a speck of dust', (x, y) => (isWithin(x, y, 20) ? 40 : 252)],
    ['one-colour', 'grey', () => 128],
    ['one-colour', 'an empty field with noise', (x, y, c) => (GLASS[c] ?? 0) + 10 * noiseAt(x, y, c)],
    ['one-colour', 'red without noise', (_x, _y, c) => (c === 0 ? 250 : 3)],
    [
      'one-colour',
      'one colour under a lamp that is 8 % darker at a side',
      (x, _y, c) => (GLASS[c] ?? 0) * (1 - 0.08 * (x / SIDE)),
    ],
  ])('%s: %s', (reason, _what, valueAt) => {
    expect(doubtsAboutPicture(pictureOf(valueAt))).toEqual([reason]);
  });
});

describe('a picture raises no doubt', () => {
  it.each(Array.from({ length: 12 }, (_, index) => index))('that is a smear (%i)', (index) => {
    expect(doubtsAboutPicture(smear(index))).toEqual([]);
  });

  it.each<[string, ValueAt]>([
    ['a smear at half of its brightness', ofSmear((value) => value / 2)],
    ['a pale smear', ofSmear((value) => 200 + value / 5)],
    ['one small cell in an empty field', (x, y, c) => (isWithin(x, y, 40) ? [96, 52, 130] : GLASS)[c] ?? 0],
    ['one cell on white', (x, y, c) => (isWithin(x, y, 40) ? ([96, 52, 130][c] ?? 0) : 255)],
    ['half black', ofSmear((value) => value * 2 - 200)],
    ['two colours of one brightness', (x, _y, c) => (x < 128 ? [200, 100, 150] : [100, 151, 150])[c] ?? 0],
    ['one bit', (x, y) => (isWithin(x, y, 90) ? 0 : 255)],
  ])('that is %s', (_what, valueAt) => {
    expect(doubtsAboutPicture(pictureOf(valueAt))).toEqual([]);
  });
});

it('12 bits in a PNG of 16 are met behind the decoder, which cannot know', async () => {
  const samples = Uint16Array.from(pixels, (value) => value * 16);
  const png = await sharp(samples, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .toColourspace('rgb16')
    .png()
    .toBuffer();
  expect((await sharp(png).metadata()).depth).toBe('ushort');
  expect(doubtsAboutPicture((await decodeImage(png)).pixels)).toEqual(['nearly-black']);
});
