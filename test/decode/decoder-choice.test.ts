import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage, type DecodedImage } from '../../src/decode/decode-image.js';
import { failureOf } from '../../src/errors.js';
import { drawSmear } from '../../src/generate/smear.js';
import { bmpOf } from './bmp.js';
import { inserted } from './jpeg.js';

const smear = (width: number, height: number): Sharp => {
  const { pixels } = drawSmear({ seed: 7, index: 1, width, height });
  return sharp(pixels, { raw: { width, height, channels: 3 } });
};
const large = smear(480, 540);
const FILES: readonly [string, string, () => Promise<Buffer>][] = [
  ['a JPEG', 'smearwatch-jpeg', () => large.clone().jpeg().toBuffer()],
  ['a PNG', 'smearwatch-png', () => large.clone().png().toBuffer()],
  ['a TIFF', 'smearwatch-tiff', () => large.clone().tiff({ compression: 'lzw' }).toBuffer()],
  [
    'a BMP',
    'smearwatch-bmp',
    async () => bmpOf(await large.clone().raw().toBuffer(), 480, 540, { bits: 24 }),
  ],
  ['a progressive JPEG', 'libvips', () => large.clone().jpeg({ progressive: true }).toBuffer()],
  ['a small PNG', 'libvips', () => smear(96, 108).png().toBuffer()],
];

function meanDifference(one: Buffer, other: Buffer): number {
  return one.reduce((sum, value, at) => sum + Math.abs(value - other[at]!), 0) / one.length;
}

function exceptPixels({ width, height, format, decoder, fallback }: DecodedImage): object {
  return { width, height, format, decoder, fallback };
}

describe('An image', () => {
  it.each(FILES)(
    'names its decoder, and gives the same picture through libvips: %s',
    async (name, decoder, file) => {
      const bytes = await file();
      const size = name === 'a small PNG' ? { width: 96, height: 108 } : { width: 480, height: 540 };
      const auto = await decodeImage(bytes);
      const isFallback = decoder === 'libvips';
      expect(auto).toMatchObject({ ...size, decoder });
      expect(auto.fallback).toBe(isFallback ? 'image-not-ordinary' : undefined);
      const other = await decodeImage(bytes, { decoder: 'libvips' });
      expect(other).toMatchObject({ ...size, decoder: name === 'a BMP' ? 'smearwatch-bmp' : 'libvips' });
      expect(other).not.toHaveProperty('fallback');
      if (name === 'a JPEG') {
        expect(meanDifference(auto.pixels, other.pixels)).toBeGreaterThan(0);
        expect(meanDifference(auto.pixels, other.pixels)).toBeLessThan(1);
      } else expect(auto.pixels.equals(other.pixels)).toBe(true);
    },
  );

  it('is refused for the same reason by both decoders', async () => {
    for (const [name, , file] of FILES) {
      const whole = await file();
      const cut = whole.subarray(0, whole.length / 2);
      const codes = await Promise.all(
        (['auto', 'libvips'] as const).map((decoder) =>
          decodeImage(cut, { decoder }).catch((error: unknown) => failureOf(error).code),
        ),
      );
      expect([name, ...codes]).toEqual([name, 'image-truncated', 'image-truncated']);
    }
  });

  it('with damage that no pixel depends on is repaired for the chosen decoder', async () => {
    const damaged = inserted(await large.clone().jpeg().toBuffer(), 2, Buffer.alloc(7));
    const found = await Promise.all([decodeImage(damaged), decodeImage(damaged, { decoder: 'libvips' })]);
    expect(found.map(exceptPixels)).toMatchObject([{ decoder: 'smearwatch-jpeg' }, { decoder: 'libvips' }]);
    expect(found[0]).not.toHaveProperty('fallback');
    expect(meanDifference(found[0].pixels, found[1].pixels)).toBeLessThan(1);
  });
});
