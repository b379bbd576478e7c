import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../src/decode/decode-image.js';
import { bmpOf } from './bmp.js';
import { inserted, segment } from './jpeg.js';
import { waves } from './waves.js';

/** A file that has lost its end is truncated, wherever it was cut, also where all pixels are left. */
const small = waves(40, 30);
const large = waves(300, 280);
const open = ({ pixels, width, height }: typeof small): Sharp =>
  sharp(pixels, { raw: { width, height, channels: 3 } });

const files: readonly [string, Buffer][] = [
  ['ordinary PNG', await open(large).png().toBuffer()],
  ['small PNG', await open(small).png().toBuffer()],
  ['interlaced PNG', await open(small).png({ progressive: true }).toBuffer()],
  ['PNG of 16 bits', await open(small).toColourspace('rgb16').png().toBuffer()],
  ['PNG with a palette', await open(small).png({ palette: true }).toBuffer()],
  ['ordinary JPEG', await open(large).jpeg().toBuffer()],
  ['small JPEG', await open(small).jpeg().toBuffer()],
  ['progressive JPEG', await open(large).jpeg({ progressive: true }).toBuffer()],
  ['grey JPEG', await open(large).toColourspace('b-w').jpeg().toBuffer()],
  ['JPEG with a profile', await open(large).withIccProfile('p3').jpeg().toBuffer()],
  ['BMP of 24 bits', bmpOf(small.pixels, small.width, small.height, { bits: 24 })],
  ['BMP of 8 bits', bmpOf(small.pixels, small.width, small.height, { bits: 8 })],
];
const [pngs, jpegs] = ['PNG', 'JPEG'].map((format) => files.filter(([name]) => name.includes(format)));

/** How many bytes of each file are left: every length near its two ends, and a hundred between them. */
function lengthsOf({ length }: Buffer): number[] {
  const near = Array.from({ length: 64 }, (_, index) => index + 1);
  const between = Array.from({ length: 100 }, (_, index) => Math.floor((length * (index + 1)) / 101));
  return [...new Set([...near, ...near.map((missing) => length - missing), ...between])];
}

describe.each(files)('%s', (_name, whole) => {
  it('is classified whole, and truncated without its last bytes, however many they are', async () => {
    await expect(decodeImage(whole)).resolves.toBeDefined();
    for (const length of lengthsOf(whole)) {
      const code = await decodeImage(whole.subarray(0, length)).then(
        () => 'classified',
        (error: unknown) => (error as { code: string }).code,
      );
      expect({ length, code }).toEqual({ length, code: 'image-truncated' });
    }
  });
});

it.each([...pngs!, ...jpegs!])('%s with zeros in place of its end is truncated', async (_name, whole) => {
  for (const missing of [2, 12, 100, whole.length >> 1]) {
    const bytes = Buffer.from(whole);
    bytes.fill(0, bytes.length - missing);
    // The checksum of a PNG's last chunk is not its end: with all twelve bytes of it, nothing is missing.
    const isWhole = whole[0] === 0x89 && missing === 2;
    if (isWhole) await expect(decodeImage(bytes)).resolves.toBeDefined();
    else await expect(decodeImage(bytes)).rejects.toMatchObject({ code: 'image-truncated' });
  }
});

it.each(jpegs!)('%s that was cut behind its thumbnail, which has an end of its own', async (_name, whole) => {
  const thumbnail = segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), jpegs![1]![1]]));
  const bytes = inserted(whole, 2, thumbnail);
  await expect(decodeImage(bytes)).resolves.toBeDefined();
  await expect(decodeImage(bytes.subarray(0, -2))).rejects.toMatchObject({ code: 'image-truncated' });
  await expect(decodeImage(bytes.subarray(0, thumbnail.length + 40))).rejects.toMatchObject({
    code: 'image-truncated',
  });
});

it.each([...pngs!, ...jpegs!])('%s that is filled up behind its end is classified', async (_name, whole) => {
  for (const padding of [Buffer.alloc(4096), Buffer.from('\r\n'), Buffer.alloc(3, 0xff), Buffer.from('more')])
    await expect(decodeImage(Buffer.concat([whole, padding]))).resolves.toBeDefined();
});
