import { deflateSync, constants } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '../../src/decode/decode-image.js';
import { ordinaryPng } from '../../src/decode/ordinary-png.js';
import { shrinkJpeg, shrinkPixels, shrinkPng, type Shrunk } from '../../src/decode/shrinker.js';
import { drawSmear } from '../../src/generate/smear.js';
import { bmpOf } from './bmp.js';
import { dcJpeg } from './dc-jpeg.js';
import { chunk, header, pngOf, withBadCrc } from './png.js';
import { differenceOf, resized, throughSharp } from './reference.js';
import type { Picture } from './variants.js';
import { waves } from './waves.js';

const NO_LIMIT = 2 ** 30;
const into = Buffer.alloc(196_608);

const open = ({ pixels, width, height }: Picture): Sharp =>
  sharp(pixels, { raw: { width, height, channels: 3 } });
function noise(width: number, height: number): Picture {
  let state = 1;
  const pixels = Uint8Array.from(
    { length: width * height * 3 },
    () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 24,
  );
  return { pixels, width, height };
}
const smear = (index: number): Picture => ({
  pixels: drawSmear({ seed: 5, index, width: 960, height: 1080 }).pixels,
  width: 960,
  height: 1080,
});

function shrinkPngFile(bytes: Buffer): Shrunk {
  const png = ordinaryPng(bytes, NO_LIMIT);
  return png ? shrinkPng(png.parts, png, into) : 'image-not-ordinary';
}

describe('the resize is that of its definition within ±1', () => {
  it.each([
    [256, 256],
    [257, 300],
    [480, 540],
    [1000, 777],
    [300, 2000],
    [2111, 256],
    [200, 100],
    [255, 300],
    [3, 2],
    [1, 1],
    [1, 300],
  ])('%i×%i', (width, height) => {
    const picture = noise(width, height);
    expect(shrinkPixels(picture.pixels, picture, into)).toBeTypeOf('object');
    const expected = resized(picture.pixels, width, height);
    const largest = expected.reduce(
      (most, value, at) => Math.max(most, Math.abs(value - (into[at] ?? NaN))),
      0,
    );
    expect(largest).toBeLessThan(1.01);
  });

  it('refuses more than it has room for', () => {
    expect(shrinkPixels(new Uint8Array(33_554_433), { width: 3_728_270, height: 3 }, into)).toBe(
      'image-not-ordinary',
    );
  });
});

describe('an ordinary JPEG looks as sharp shows it:', () => {
  it.each([
    [960, 1080],
    [256, 256],
    [257, 300],
    [360, 363],
    [511, 513],
    [640, 480],
    [1000, 777],
    [1920, 1200],
    [300, 5000],
  ])('%i×%i', async (width, height) => {
    const picture = waves(width, height);
    for (const chromaSubsampling of ['4:2:0', '4:4:4']) {
      const bytes = await open(picture).jpeg({ quality: 92, chromaSubsampling }).toBuffer();
      expect(shrinkJpeg(bytes, NO_LIMIT, into)).toEqual({ width, height });
      const { mean, most } = differenceOf(into, await throughSharp(bytes));
      expect({ chromaSubsampling, mean, most }).toSatisfy(() => mean < 1.5 && most <= 8);
    }
  });

  it('4000×3000', async () => {
    const bytes = await open(waves(400, 300)).resize(4000, 3000).jpeg().toBuffer();
    expect(shrinkJpeg(bytes, NO_LIMIT, into)).toEqual({ width: 4000, height: 3000 });
    const { mean, most } = differenceOf(into, await throughSharp(bytes));
    expect({ mean, most }).toSatisfy(() => mean < 1.5 && most <= 8);
  });

  it.each([0, 1, 2, 3])(
    'the generated smear %i, with a mean difference below 0.7, and 99.9 %% within 4',
    async (index) => {
      const bytes = await open(smear(index)).jpeg({ quality: 92 }).toBuffer();
      expect(shrinkJpeg(bytes, NO_LIMIT, into)).toEqual({ width: 960, height: 1080 });
      const { mean, most } = differenceOf(into, await throughSharp(bytes));
      expect({ mean, most }).toSatisfy(() => mean < 0.7 && most <= 4);
    },
  );

  it('also when an EXIF says that it is upright', async () => {
    const bytes = await open(waves(300, 280)).withMetadata({ orientation: 1 }).jpeg().toBuffer();
    const withoutProfile = dropIcc(bytes);
    expect(withoutProfile.includes('Exif')).toBe(true);
    expect(shrinkJpeg(withoutProfile, NO_LIMIT, into)).toBeTypeOf('object');
  });

  it.each([0, 1, 7, 1000])('with a restart after every %i blocks', async (restartInterval) => {
    const colourAt = (x: number, y: number): [number, number, number] => [
      (x * 40 + y * 3) % 256,
      100 + (x % 50),
      150 - (y % 40),
    ];
    const bytes = dcJpeg({ width: 520, height: 264, restartInterval, colourAt });
    expect(shrinkJpeg(bytes, NO_LIMIT, into)).toEqual({ width: 520, height: 264 });
    const { mean } = differenceOf(into, await throughSharp(bytes));
    expect(mean).toBeLessThan(4); // blocks of one colour have hard edges, which sharp softens
  });
});

/** Returns the JPEG without its APP2 segment. */
function dropIcc(bytes: Buffer): Buffer {
  const at = bytes.indexOf(Buffer.from([0xff, 0xe2]));
  return at < 0
    ? bytes
    : Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 2 + bytes.readUInt16BE(at + 2))]);
}

describe('is left to sharp, which gives what it always gave:', () => {
  const picture = waves(300, 280);
  const marked = (bytes: Buffer, from: number, to: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy[copy.indexOf(Buffer.from([0xff, from])) + 1] = to;
    return copy;
  };

  it.each<[string, () => Promise<Buffer>]>([
    ['progressive', () => open(picture).jpeg({ progressive: true }).toBuffer()],
    [
      'turned by EXIF',
      async () => dropIcc(await open(picture).withMetadata({ orientation: 6 }).jpeg().toBuffer()),
    ],
    ['of CMYK', () => open(picture).toColourspace('cmyk').jpeg().toBuffer()],
    ['of greys', () => open(picture).toColourspace('b-w').jpeg().toBuffer()],
    ['with a colour profile', () => open(picture).withIccProfile('p3').jpeg().toBuffer()],
  ])('a JPEG %s', async (_what, make) => {
    const bytes = await make();
    expect(shrinkJpeg(bytes, NO_LIMIT, into)).toBe('image-not-ordinary');
    expect((await decodeImage(bytes)).pixels.equals(await throughSharp(bytes))).toBe(true);
  });

  it('a JPEG that says it is arithmetically coded', async () => {
    const bytes = marked(await open(picture).jpeg({ progressive: false }).toBuffer(), 0xc0, 0xc9);
    expect(shrinkJpeg(bytes, NO_LIMIT, into)).toBe('image-not-ordinary');
    expect((await decodeImage(bytes)).pixels.equals(await throughSharp(bytes))).toBe(true);
  });

  it('a JPEG or PNG with more pixels than are allowed', async () => {
    for (const bytes of [await open(picture).jpeg().toBuffer(), await open(picture).png().toBuffer()])
      await expect(decodeImage(bytes, { maxPixels: 300 * 280 - 1 })).rejects.toMatchObject({
        code: 'image-too-large',
      });
  });

  it.each<[string, () => Promise<Buffer>]>([
    ['of 16 bits', () => open(picture).toColourspace('rgb16').png().toBuffer()],
    ['of greys', () => open(picture).toColourspace('b-w').png().toBuffer()],
    ['with transparency', () => open(picture).ensureAlpha(0.5).png().toBuffer()],
    ['with a colour profile', () => open(picture).withIccProfile('p3').png().toBuffer()],
  ])('a PNG %s', async (_what, make) => {
    const bytes = await make();
    expect(ordinaryPng(bytes, NO_LIMIT)).toBeUndefined();
    expect((await decodeImage(bytes)).pixels.equals(await throughSharp(bytes))).toBe(true);
  });
});

it('the same picture is the same pixels in every lossless format', async () => {
  const { pixels, width, height } = waves(300, 280);
  const picture = (): Sharp => open({ pixels, width, height });
  const files = {
    png: await picture().png().toBuffer(),
    interlaced: await picture().png({ progressive: true }).toBuffer(),
    tiff: await picture().tiff({ compression: 'lzw' }).toBuffer(),
    plainTiff: await picture().tiff({ compression: 'none' }).toBuffer(),
    tiledTiff: await picture().tiff({ compression: 'deflate', tile: true }).toBuffer(),
    bmp: bmpOf(pixels, width, height, { bits: 24 }),
  };
  const { pixels: expected } = await decodeImage(files.png);
  for (const [name, bytes] of Object.entries(files)) {
    const { pixels: actual, ...size } = await decodeImage(bytes);
    expect(actual.equals(expected), name).toBe(true);
    expect(size, name).toMatchObject({ width, height });
  }
});

it.each([
  ['too large to be held at once', { width: 3400, height: 3400 }, {}],
  ['turned by EXIF', { width: 300, height: 280 }, { orientation: 6 }],
] as const)('a TIFF that is %s is shrunk by sharp', async (_what, { width, height }, metadata) => {
  const bytes = await open(waves(width, height))
    .withMetadata(metadata)
    .tiff({ compression: 'lzw' })
    .toBuffer();
  expect((await decodeImage(bytes)).pixels.equals(await throughSharp(bytes))).toBe(true);
});

describe('an ordinary PNG is what sharp shows, within ±2, or ±3 where it is noise:', () => {
  it.each([0, 1])('the generated smear %i', async (index) => {
    const bytes = await open(smear(index)).png().toBuffer();
    expect(shrinkPngFile(bytes)).toBeTypeOf('object');
    const { mean, most, largest } = differenceOf(into, await throughSharp(bytes));
    expect({ mean, most, largest }).toSatisfy(() => mean < 0.25 && most <= 1 && largest <= 2);
  });

  it.each([1, 6, 9].flatMap((level) => [false, true].map((adaptive) => [level, adaptive] as const)))(
    'compression %i, adaptive filters: %s',
    async (compressionLevel, adaptiveFiltering) => {
      for (const [picture, most] of [
        [waves(1000, 777), 2],
        [noise(300, 300), 3],
      ] as const) {
        const bytes = await open(picture).png({ compressionLevel, adaptiveFiltering }).toBuffer();
        expect(shrinkPngFile(bytes)).toBeTypeOf('object');
        expect(differenceOf(into, await throughSharp(bytes)).largest).toBeLessThanOrEqual(most);
      }
    },
  );

  it.each([
    ['stored', { level: 0 }],
    ['fixed codes', { strategy: constants.Z_FIXED }],
    ['codes only', { strategy: constants.Z_HUFFMAN_ONLY }],
    ['runs only', { strategy: constants.Z_RLE }],
    ['small blocks', { memLevel: 1 }],
  ])('a stream with %s, and every filter', async (_what, options) => {
    const { pixels, width, height } = waves(300, 280);
    const rows = Buffer.alloc((width * 3 + 1) * height);
    for (let y = 0; y < height; y++) {
      rows[y * (width * 3 + 1)] = y % 5;
      rows.set(pixels.subarray(y * width * 3, (y + 1) * width * 3), y * (width * 3 + 1) + 1);
    }
    const stream = deflateSync(rows, options);
    const half = stream.length >> 1;
    const bytes = pngOf(
      header({ width, height, bits: 8, colour: 2 }),
      chunk('IDAT', stream.subarray(0, half)),
      chunk('IDAT', stream.subarray(half)),
    );
    expect(shrinkPngFile(bytes)).toEqual({ width, height });
    expect(differenceOf(into, await throughSharp(bytes)).largest).toBeLessThanOrEqual(2);
  });
});

describe('a PNG that is not whole is refused:', () => {
  const size = { width: 256, height: 256, bits: 8, colour: 2 } as const;
  const rows = Buffer.alloc(769 * 256);
  const stream = deflateSync(rows);
  const wrongSum = Buffer.from(stream);
  wrongSum[wrongSum.length - 1]! ^= 1;
  const wrongFilter = Buffer.from(rows);
  wrongFilter[769] = 5;

  it.each<[string, Buffer]>([
    ['a wrong sum of its stream', pngOf(header(size), chunk('IDAT', wrongSum))],
    ['no sum of its stream', pngOf(header(size), chunk('IDAT', stream.subarray(0, -4)))],
    ['a row too few', pngOf(header(size), chunk('IDAT', deflateSync(rows.subarray(769))))],
    ['a byte too few', pngOf(header(size), chunk('IDAT', deflateSync(rows.subarray(1))))],
    ['an unknown filter', pngOf(header(size), chunk('IDAT', deflateSync(wrongFilter)))],
    ['a wrong checksum', pngOf(header(size), withBadCrc(chunk('IDAT', stream)))],
    ['no pixels', pngOf(header(size))],
    ['an end that is missing', pngOf(header(size), chunk('IDAT', stream)).subarray(0, -12)],
  ])('%s', (_what, bytes) => {
    expect(shrinkPngFile(bytes)).toBe('image-not-ordinary');
  });
});

describe('into', () => {
  const picture = waves(300, 280);
  let files: Buffer[];
  beforeAll(async () => {
    files = await Promise.all([
      open(picture).jpeg().toBuffer(),
      open(picture).png().toBuffer(),
      open(picture).tiff().toBuffer(),
      open(picture).jpeg({ progressive: true }).toBuffer(),
    ]);
  });

  it('has the pixels of every path, and nothing around them is touched', async () => {
    for (const bytes of files) {
      const memory = new Uint8Array(new SharedArrayBuffer(196_608 + 200)).fill(77);
      const { pixels } = await decodeImage(bytes, { into: memory.subarray(100, -100) });
      expect(pixels.buffer).toBe(memory.buffer);
      expect(Buffer.from(memory.subarray(100, -100)).equals((await decodeImage(bytes)).pixels)).toBe(true);
      expect([...memory.subarray(0, 100), ...memory.subarray(-100)].every((byte) => byte === 77)).toBe(true);
    }
  });

  it('must have the size of an image', async () => {
    await expect(decodeImage(files[0]!, { into: new Uint8Array(196_607) })).rejects.toThrow(RangeError);
  });
});

it('a damaged JPEG ends the instance that met it, and the next image has a new one', async () => {
  const bytes = await open(waves(300, 280)).jpeg().toBuffer();
  const first = (await decodeImage(bytes)).pixels;
  const damaged = Buffer.from(bytes);
  damaged.fill(0xff, bytes.indexOf(Buffer.from([0xff, 0xc4])) + 4, bytes.indexOf(Buffer.from([0xff, 0xda])));
  expect(shrinkJpeg(damaged, NO_LIMIT, into)).toBe('image-not-ordinary');
  await expect(decodeImage(damaged)).rejects.toMatchObject({ code: 'image-damaged' });
  expect((await decodeImage(bytes)).pixels.equals(first)).toBe(true);
});
