import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../src/decode/decode-image.js';
import { bmpOf } from './bmp.js';
import { inserted, segment } from './jpeg.js';
import { chunk } from './png.js';
import { resized } from './reference.js';
import { tiffOf } from './tiff.js';
import type { Picture } from './variants.js';
import { waves } from './waves.js';

/**
 * What is enlarged is sampled where its pixels' centres lie, as Pillow's BILINEAR does: a shift by half a
 * pixel would be 1.8 of 255 on average in these pictures, and 13 at most.
 */
const SIZES: readonly (readonly [number, number])[] = [
  ...([
    [200, 100],
    [100, 200],
    [255, 255],
    [64, 64],
    [3, 2],
    [1, 1],
  ] as const),
  // One side is enlarged, and the other shrunk.
  ...([
    [255, 300],
    [300, 200],
    [100, 1000],
    [1, 300],
    [300, 1],
  ] as const),
];

const open = ({ pixels, width, height }: Picture): Sharp =>
  sharp(pixels, { raw: { width, height, channels: 3 } });

function largestDifference(actual: Uint8Array, expected: Float64Array): number {
  return expected.reduce((most, value, at) => Math.max(most, Math.abs(value - (actual[at] ?? NaN))), 0);
}

/** @param tolerance of 255 */
async function expectCentred(bytes: Buffer, picture: Picture, tolerance: number): Promise<void> {
  const { pixels, width, height } = await decodeImage(bytes);
  expect([width, height]).toEqual([picture.width, picture.height]);
  const expected = resized(picture.pixels, picture.width, picture.height);
  expect(largestDifference(pixels, expected)).toBeLessThanOrEqual(tolerance);
}

describe.each(SIZES)('%i×%i is sampled at the centres of its pixels', (width, height) => {
  const picture = waves(width, height);
  it.each<[string, number, () => Promise<Buffer>]>([
    ['PNG', 1.01, () => open(picture).png().toBuffer()],
    ['interlaced PNG', 1.01, () => open(picture).png({ progressive: true }).toBuffer()],
    ['PNG with alpha', 2.01, () => open(picture).ensureAlpha(1).png().toBuffer()],
    ['PNG of 16 bits', 2.01, () => open(picture).toColourspace('rgb16').png().toBuffer()],
    ['TIFF', 1.01, () => Promise.resolve(tiffOf(picture.pixels, picture))],
    ['BMP', 1.01, () => Promise.resolve(bmpOf(picture.pixels, width, height, { bits: 24 }))],
    ['JPEG', 5, () => open(picture).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer()],
  ])('as a %s', async (_format, tolerance, make) => {
    await expectCentred(await make(), picture, tolerance);
  });
});

/** Maps pixel (x, y) of the upright picture to its place in the file, which has `across` × `down` pixels. */
type Stored = (x: number, y: number, across: number, down: number) => readonly [number, number];
const STORED: Readonly<Record<number, Stored>> = {
  1: (x, y) => [x, y],
  2: (x, y, across) => [across - 1 - x, y],
  3: (x, y, across, down) => [across - 1 - x, down - 1 - y],
  4: (x, y, _across, down) => [x, down - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y, _across, down) => [y, down - 1 - x],
  7: (x, y, across, down) => [across - 1 - y, down - 1 - x],
  8: (x, y, across) => [across - 1 - y, x],
};

function turned({ pixels, width, height }: Picture, orientation: number): Picture {
  const [across, down] = orientation >= 5 ? [height, width] : [width, height];
  const stored = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [column, row] = STORED[orientation]!(x, y, across, down);
      const from = (y * width + x) * 3;
      stored.set(pixels.subarray(from, from + 3), (row * across + column) * 3);
    }
  }
  return { pixels: stored, width: across, height: down };
}

/** An EXIF directory that has nothing but an orientation. */
function exifOf(orientation: number): Buffer {
  const head = Buffer.from('49492a00080000000100120103000100000000000000000000000000', 'hex');
  head.writeUInt16LE(orientation, 18);
  return head.subarray(0, 26);
}

describe.each([1, 2, 3, 4, 5, 6, 7, 8])('turned by orientation %i', (orientation) => {
  it.each([
    [200, 100],
    [255, 255],
    [100, 1000],
    [300, 200],
    [3, 2],
  ])('%i×%i is sampled at the centres of its pixels, too', async (width, height) => {
    const upright = waves(width, height);
    const stored = turned(upright, orientation);
    const png = await open(stored).png().toBuffer();
    await expectCentred(inserted(png, 33, chunk('eXIf', exifOf(orientation))), upright, 2.01);
    const fields = { 274: { type: 3, values: [orientation] } };
    await expectCentred(tiffOf(stored.pixels, stored, { fields }), upright, 2.01);
    const jpeg = await open(stored).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
    const exif = segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), exifOf(orientation)]));
    await expectCentred(inserted(jpeg, 2, exif), upright, 5);
  });
});

it('a strip of more pixels than are held at once, one side of which is enlarged', async () => {
  const [width, height] = [30, 150_000];
  const pixels = new Uint8Array(width * height * 3);
  for (let at = 0; at < pixels.length; at++) pixels[at] = (Math.floor(at / 3) % width) * 8 + (at % 3);
  const { pixels: actual } = await decodeImage(bmpOf(pixels, width, height, { bits: 24 }));
  const expected = resized(pixels.subarray(0, width * 300 * 3), width, 300);
  expect(largestDifference(actual, expected)).toBeLessThanOrEqual(1.01);
});
