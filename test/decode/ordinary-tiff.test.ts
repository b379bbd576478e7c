import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../src/decode/decode-image.js';
import { ordinaryTiff } from '../../src/decode/ordinary-tiff.js';
import { shrinkPixels, shrinkTiff } from '../../src/decode/shrinker.js';
import { inspectTiff } from '../../src/decode/tiff/inspect-tiff.js';
import { drawSmear } from '../../src/generate/smear.js';
import { tiffOf, type TiffOptions } from './tiff.js';

const NO_LIMIT = 2 ** 30;

interface Picture {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

function picture(width: number, height: number, colourAt: (at: number) => number): Picture {
  return { pixels: Uint8Array.from({ length: width * height * 3 }, (_, at) => colourAt(at)), width, height };
}

/** Repeats nothing, repeats all, repeats strings of every length. */
const PICTURES: Readonly<Record<string, Picture>> = {
  smear: {
    pixels: drawSmear({ seed: 5, index: 0, width: 960, height: 1080 }).pixels,
    width: 960,
    height: 1080,
  },
  noise: picture(300, 600, (at) => (Math.imul(at + 1, 2_654_435_761) >>> 13) & 255),
  'one colour': picture(700, 515, () => 200),
  stripes: picture(257, 300, (at) => Math.floor(Math.sqrt(at % 100_000)) & 255),
};
const SMALL = picture(256, 260, (at) => (at >> 4) & 255);

const open = ({ pixels, width, height }: Picture): Sharp =>
  sharp(pixels, { raw: { width, height, channels: 3 } });

function shrunkByUs(bytes: Buffer): Buffer | undefined {
  const into = Buffer.alloc(196_608);
  const tiff = ordinaryTiff(bytes, NO_LIMIT);
  return tiff && typeof shrinkTiff(tiff, into) === 'object' ? into : undefined;
}

function shrunk({ pixels, width, height }: Picture): Buffer {
  const into = Buffer.alloc(196_608);
  shrinkPixels(pixels, { width, height }, into);
  return into;
}

describe.each(Object.entries(PICTURES))('%s', (_name, drawn) => {
  it.each(
    (['lzw', 'deflate', 'none'] as const).flatMap((compression) =>
      (['none', 'horizontal'] as const).map((predictor) => [compression, predictor] as const),
    ),
  )('compression %s, predictor %s: exactly its pixels', async (compression, predictor) => {
    const bytes = await open(drawn).tiff({ compression, predictor }).toBuffer();
    expect(shrunkByUs(bytes)?.equals(shrunk(drawn))).toBe(true);
    const { width, height } = drawn;
    expect(await decodeImage(bytes)).toMatchObject({ width, height, format: 'tiff' });
  });
});

describe('is taken', () => {
  it.each<[string, TiffOptions]>([
    ['with the highest byte first', { order: 'MM', rowsPerStrip: 100 }],
    ['with a strip for each row', { rowsPerStrip: 1, compression: 'deflate' }],
    ['with a last strip of fewer rows', { rowsPerStrip: 7, compression: 'deflate', order: 'MM' }],
    ['with more rows a strip than there are', { fields: { 278: { type: 4, values: [4_294_967_295] } } }],
    ['with tags against their order', { isReversed: true, rowsPerStrip: 30 }],
    ['with offsets of 8 bytes', { isBig: true, rowsPerStrip: 30 }],
    ['with a second page', { next: 8 }],
    ['with strips that have no counts', { rowsPerStrip: 30, fields: { 279: undefined } }],
    ['with a predictor that does not apply', { fields: { 317: { type: 3, values: [2] } } }],
    ['with unknown tags', { fields: { 60_000: { type: 2, values: 'endless' } } }],
    [
      'with words about it',
      {
        fields: {
          254: { type: 4, values: [0] },
          270: { type: 2, values: 'blood\0' },
          271: { type: 2, values: 'ok\0' },
          274: { type: 3, values: [1] },
          282: { type: 5, values: [300, 1] },
          283: { type: 5, values: [300, 1] },
          296: { type: 3, values: [2] },
          305: { type: 2, values: 'a scanner\0' },
          306: { type: 2, values: '2026:11:23 12:00:00\0' },
          339: { type: 3, values: [1, 1, 1] },
        },
      },
    ],
  ])('%s', async (_what, options) => {
    const bytes = tiffOf(SMALL.pixels, SMALL, options);
    expect(shrunkByUs(bytes)?.equals(shrunk(SMALL))).toBe(true);
    const input = inspectTiff(bytes, NO_LIMIT).input!;
    const { data } = await sharp(input.bytes, { failOn: 'warning' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(data.equals(SMALL.pixels)).toBe(true);
  });
});

describe('is left to sharp', () => {
  const field = (tag: number, type: number, values: readonly number[] | string): TiffOptions => ({
    fields: { [tag]: { type, values } },
  });

  it.each<[string, TiffOptions]>([
    ['greys', field(262, 3, [1])],
    ['CMYK', field(262, 3, [5])],
    ['planes', field(284, 3, [2])],
    ['turned', field(274, 3, [6])],
    ['of 16 bits', field(258, 3, [16, 16, 16])],
    ['with signed samples', field(339, 3, [2, 2, 2])],
    ['with a fourth channel', field(277, 3, [4])],
    ['with another compression', field(259, 3, [32_773])],
    ['with another predictor', { compression: 'deflate', ...field(317, 3, [3]) }],
    ['with bits in reverse', field(266, 3, [2])],
    ['in tiles', { tileSide: 64 }],
    ["a camera's raw file", field(50_706, 1, [1, 4, 0, 0])],
    ['with a colour profile', field(34_675, 7, 'profile!')],
    ['a width in words', field(256, 2, '256\0')],
    ['no width', { fields: { 256: undefined } }],
    ['too few strips', { rowsPerStrip: 100, ...field(278, 4, [50]) }],
    ['a strip outside of the file', field(273, 4, [10_000_000])],
    ['a strip without a place', field(273, 4, [0])],
    ['a strip that is too short', field(279, 4, [1000])],
    ['compressed strips without counts', { compression: 'deflate', fields: { 279: undefined } }],
  ])('%s', (_what, options) => {
    expect(shrunkByUs(tiffOf(SMALL.pixels, SMALL, options))).toBeUndefined();
  });

  it('one that is smaller than what it is shrunk to, or larger than is allowed', () => {
    const narrow = picture(255, 300, () => 9);
    expect(ordinaryTiff(tiffOf(narrow.pixels, narrow), NO_LIMIT)).toBeUndefined();
    expect(ordinaryTiff(tiffOf(SMALL.pixels, SMALL), 256 * 260 - 1)).toBeUndefined();
    expect(ordinaryTiff(tiffOf(SMALL.pixels, SMALL), 256 * 260)).toBeDefined();
  });

  it('one that is cut anywhere', async () => {
    for (const compression of ['lzw', 'deflate', 'none'] as const) {
      const bytes = await open(SMALL).tiff({ compression }).toBuffer();
      for (let length = 0; length < bytes.length; length += 97)
        expect(shrunkByUs(bytes.subarray(0, length)), `${compression} ${length}`).toBeUndefined();
    }
  });
});

describe('LZW', () => {
  /** One strip of 256 × 256 pixels, of codes of 9 bits. */
  const withCodes = (...codes: number[]): Buffer => {
    const bits = codes.map((code) => code.toString(2).padStart(9, '0')).join('');
    const strip = Buffer.from(bits.match(/.{1,8}/g)!.map((byte) => parseInt(byte.padEnd(8, '0'), 2)));
    const size = { width: 256, height: 256 };
    return tiffOf(strip, size, {
      fields: { 259: { type: 3, values: [5] }, 279: { type: 4, values: [strip.length] } },
    });
  };

  it.each([
    ['does not begin with a clear', [65, 256]],
    ['clears twice', [256, 256, 65]],
    ['begins with a string', [256, 258]],
    ['names a string that is not there yet', [256, 65, 259]],
    ['ends too early', [256, 65, 258, 257]],
    ['stops', [256, 65]],
  ])('that %s is refused', (_what, codes) => {
    const bytes = withCodes(...codes);
    expect(ordinaryTiff(bytes, NO_LIMIT)).toBeDefined();
    expect(shrunkByUs(bytes)).toBeUndefined();
  });
});
