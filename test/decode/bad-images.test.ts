import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../src/decode/decode-image.js';
import { IMAGE_FAILURE_CODES } from '../fixtures/image-failure-codes.js';
import type { SmearwatchError } from '../../src/errors.js';
import { REVIEW_REASONS } from '../../src/record.js';
import { bmpOf } from './bmp.js';
import { blackPixels, chunk, header, pngOf, withBadCrc, type PngHeader } from './png.js';
import { colourVariants, greyVariants, type Picture } from './variants.js';

/** Each item that docs/images.md states the outcome of, and that is about a file's bytes. */
const WIDTH = 96;
const HEIGHT = 80;
/**
 * Left orange, right blue, with a weave in it that compresses badly: a truncation anywhere takes pixels away.
 */
const picture: Picture = {
  width: WIDTH,
  height: HEIGHT,
  pixels: Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, at) => {
    const isLeft = Math.floor(at / 3) % WIDTH < WIDTH / 2;
    return ((isLeft ? [200, 120, 40] : [30, 60, 200])[at % 3] ?? 0) + ((at * 7919) % 13);
  }),
};
const colourful = await colourVariants(picture);
const grey = await greyVariants(picture);

async function failureOf(bytes: Buffer, limits = {}): Promise<SmearwatchError> {
  return decodeImage(bytes, limits).then(
    () => expect.unreachable('it was decoded'),
    (error: unknown) => error as SmearwatchError,
  );
}

/** Means of the left and the right third. */
function sidesOf(pixels: Buffer): number[] {
  const mean = (from: number, to: number, channel: number): number => {
    let sum = 0;
    for (let y = 0; y < 256; y++)
      for (let x = from; x < to; x++) sum += pixels[(y * 256 + x) * 3 + channel] ?? 0;
    return sum / (256 * (to - from));
  };
  return [0, 1, 2].flatMap((channel) => [mean(0, 85, channel), mean(171, 256, channel)]);
}

describe('is classified as RGB:', () => {
  it.each(colourful)('$name', async ({ bytes, format, tolerance }) => {
    const image = await decodeImage(bytes);
    expect(image).toMatchObject({ format, width: WIDTH, height: HEIGHT });
    expect(image.pixels).toHaveLength(196_608);
    const expected = [206, 36, 126, 66, 46, 206];
    sidesOf(image.pixels).forEach((mean, index) =>
      expect(Math.abs(mean - (expected[index] ?? 0))).toBeLessThanOrEqual(tolerance + 2),
    );
  });

  it.each(grey)('$name, with three equal channels', async ({ bytes, format }) => {
    const image = await decodeImage(bytes);
    expect(image).toMatchObject({ format, width: WIDTH, height: HEIGHT });
    for (let at = 0; at < image.pixels.length; at += 3)
      if (image.pixels[at] !== image.pixels[at + 1] || image.pixels[at] !== image.pixels[at + 2])
        expect.unreachable('channels differ');
  });

  it('a PNG with a damaged comment, whose pixels are whole', async () => {
    const size: PngHeader = { width: 8, height: 8, bits: 8, colour: 2 };
    const comment = withBadCrc(chunk('tEXt', Buffer.from('Comment\0hello')));
    const { pixels } = await decodeImage(pngOf(header(size), comment, blackPixels(size)));
    expect(pixels.every((value) => value === 0)).toBe(true);
  });

  it('an animated PNG, of which the first picture is taken', async () => {
    const size: PngHeader = { width: 8, height: 8, bits: 8, colour: 2 };
    const twoFrames = chunk('acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]));
    const second = chunk('fdAT', Buffer.alloc(40, 1));
    const { pixels } = await decodeImage(pngOf(header(size), twoFrames, blackPixels(size), second));
    expect(pixels.every((value) => value === 0)).toBe(true);
  });

  it('a TIFF of several pages, of which the fixtures have two', async () => {
    const { bytes } = colourful.find(({ name }) => name === 'TIFF of two pages')!;
    expect((await sharp(bytes).metadata()).pages).toBe(2);
  });
});

describe('is quarantined as truncated:', () => {
  const severalPages = ['pyramid TIFF', 'TIFF of two pages'];
  const wholeAtTheEnd = colourful.filter(({ name }) => !severalPages.includes(name));
  it.each([...wholeAtTheEnd, ...grey])('$name, cut at every tenth', async ({ bytes }) => {
    for (let tenth = 1; tenth < 10; tenth += 1) {
      const { code, message } = await failureOf(bytes.subarray(0, Math.floor((bytes.length * tenth) / 10)));
      expect({ tenth, code, message }).toMatchObject({ tenth, code: 'image-truncated' });
    }
  });

  it.each(severalPages)('a %s, unless only unread parts are cut off', async (several) => {
    const { bytes } = colourful.find(({ name }) => name === several)!;
    const whole = await decodeImage(bytes);
    for (let tenth = 1; tenth < 10; tenth += 1) {
      const cut = bytes.subarray(0, Math.floor((bytes.length * tenth) / 10));
      const outcome = await decodeImage(cut).then(
        ({ pixels }) => pixels.equals(whole.pixels),
        (error: unknown) => (error as SmearwatchError).code,
      );
      expect([true, 'image-truncated']).toContain(outcome);
    }
  });

  it.each([0x89, 0xff, 0x49, 0x4d, 0x42])('one byte, with which an image may begin (%i)', async (byte) => {
    expect(await failureOf(Buffer.from([byte]))).toMatchObject({
      code: 'image-truncated',
      message: 'The image is truncated: it is only 1 byte long',
    });
  });
});

describe('is quarantined as damaged:', () => {
  const size: PngHeader = { width: 8, height: 8, bits: 8, colour: 2 };

  it.each<[string, Buffer]>([
    ['pixels', pngOf(header(size), withBadCrc(blackPixels(size)))],
    ['header', pngOf(withBadCrc(header(size)), blackPixels(size))],
  ])('a PNG with a bad CRC of its %s', async (_part, bytes) => {
    const { code, message } = await failureOf(bytes);
    expect(code).toBe('image-damaged');
    expect(message).toMatch(/^The image is damaged: its PNG data cannot be decoded \(.+\)$/);
    expect(message).not.toContain('failOn');
  });

  it('a BMP whose pixels begin within its header', async () => {
    const bytes = bmpOf(picture.pixels, WIDTH, HEIGHT, { bits: 24 });
    bytes.writeUInt32LE(20, 10);
    expect(await failureOf(bytes)).toMatchObject({ code: 'image-damaged' });
  });
});

describe('is quarantined as empty:', () => {
  it('no byte', async () => {
    expect(await failureOf(Buffer.alloc(0))).toMatchObject({
      code: 'image-empty',
      message: 'The file is empty',
    });
  });
});

describe('is quarantined as unsupported under any name, and the reason says what it is:', () => {
  it.each<[string, string, Buffer]>([
    ['an animated GIF', 'a GIF', Buffer.from('GIF89a\x01\0\x01\0\0\0\0', 'latin1')],
    ['a PDF', 'a PDF document', Buffer.from('%PDF-1.7\n')],
    ['an SVG', 'an SVG drawing', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    [
      'an SVG after a declaration',
      'an SVG drawing',
      Buffer.from('\ufeff<?xml version="1.0"?>\n<!-- made by hand -->\n<svg/>'),
    ],
    ['a web page', 'a web page (HTML)', Buffer.from('<!DOCTYPE html><title>Log in</title>')],
    ['a WebP', 'a WebP image', Buffer.from('RIFF\0\0\0\0WEBPVP8 ', 'latin1')],
    ['a HEIC', 'a HEIF or AVIF image', Buffer.from('\0\0\0\x18ftypheic', 'latin1')],
    ['a JPEG 2000', 'a JPEG 2000 image', Buffer.from('\0\0\0\x0cjP  \r\n\x87\n', 'latin1')],
    ['a JPEG XL', 'a JPEG XL image', Buffer.from('\xff\x0a\x10\x10', 'latin1')],
    ['a JPEG XR', 'a JPEG XR image', Buffer.from('II\xbc\x01\x08\0\0\0', 'latin1')],
    ['a DICOM', 'a DICOM file', Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')])],
  ])('%s', async (_what, name, bytes) => {
    expect(await failureOf(bytes)).toMatchObject({
      code: 'image-format-unsupported',
      message: `The file is ${name}, not a PNG, JPEG, TIFF or BMP image`,
    });
  });

  it.each([1, 15, 16, 1000])('%i zeros, which have to be copied again, not converted', async (count) => {
    expect(await failureOf(Buffer.alloc(count))).toMatchObject({
      code: 'image-format-unsupported',
      message: 'The file begins with zeros: its contents were never written',
      hint: expect.stringMatching(/^Copy it again from the scanner\./) as string,
    });
  });

  it('a real animated GIF', async () => {
    const frames = [0, 255].map((red) => ({
      create: { width: 4, height: 4, channels: 3 as const, background: { r: red, g: 0, b: 0 } },
    }));
    const pngs = await Promise.all(frames.map((frame) => sharp(frame).png().toBuffer()));
    const gif = await sharp(pngs, { join: { animated: true } })
      .gif()
      .toBuffer();
    expect((await sharp(gif, { animated: true }).metadata()).pages).toBe(2);
    expect((await failureOf(gif)).message).toContain('The file is a GIF');
  });

  it.each<[string, Buffer]>([
    ['text', Buffer.from('file,class\n')],
    ['one byte that begins no image', Buffer.from('x')],
  ])('%s, of which nothing better can be said', async (_what, bytes) => {
    expect(await failureOf(bytes)).toMatchObject({
      code: 'image-format-unsupported',
      message: 'The file is not a PNG, JPEG, TIFF or BMP image',
    });
  });

  it('a BMP with run-length compression', async () => {
    const bytes = bmpOf(picture.pixels, WIDTH, HEIGHT, { bits: 8 });
    bytes.writeUInt32LE(1, 30);
    expect(await failureOf(bytes)).toMatchObject({
      code: 'image-format-unsupported',
      message: 'The BMP has run-length compression (RLE8), which is not supported',
    });
  });
});

/** Finds the position of a tag's entry in the first directory of a small little-endian TIFF. */
function tiffEntry(bytes: Buffer, tag: number): number {
  const directory = bytes.readUInt32LE(4);
  const entries = Array.from(
    { length: bytes.readUInt16LE(directory) },
    (_, index) => directory + 2 + 12 * index,
  );
  return entries.find((at) => bytes.readUInt16LE(at) === tag) ?? expect.unreachable(`no tag ${tag}`);
}

describe('a decompression bomb', () => {
  const small: PngHeader = { width: 8, height: 8, bits: 8, colour: 2 };
  /** 256 MB of zeros in 256 KB. */
  const bomb = deflateSync(Buffer.alloc(2 ** 28));

  it('of 30,000 × 30,000 pixels in a small PNG is refused by its header', async () => {
    const huge: PngHeader = { width: 30_000, height: 30_000, bits: 1, colour: 0 };
    const bytes = pngOf(header(huge), blackPixels(huge));
    expect(bytes.length).toBeLessThan(200_000);
    const before = process.memoryUsage().rss;
    expect(await failureOf(bytes)).toMatchObject({ code: 'image-too-large' });
    expect(process.memoryUsage().rss - before).toBeLessThan(50e6);
  });

  it('of 30,000 × 30,000 pixels in a TIFF, a JPEG or a BMP is refused by its header', async () => {
    const tiff = Buffer.from(colourful.find(({ name }) => name === 'TIFF with LZW')!.bytes);
    for (const tag of [256, 257]) tiff.writeUInt16LE(30_000, tiffEntry(tiff, tag) + 8);
    const jpeg = await sharp(picture.pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
      .jpeg()
      .toBuffer();
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    jpeg.writeUInt16BE(30_000, frame + 5);
    jpeg.writeUInt16BE(30_000, frame + 7);
    const bmp = bmpOf(picture.pixels, WIDTH, HEIGHT, { bits: 8 });
    bmp.writeInt32LE(30_000, 18);
    bmp.writeInt32LE(30_000, 22);
    for (const bytes of [tiff, jpeg, bmp])
      expect(await failureOf(bytes)).toMatchObject({ code: 'image-too-large' });
  });

  it.each([
    ['comment', chunk('zTXt', Buffer.concat([Buffer.from('a\0\0'), bomb]))],
    ['colour profile', chunk('iCCP', Buffer.concat([Buffer.from('a\0\0'), bomb]))],
    ['XMP', chunk('iTXt', Buffer.concat([Buffer.from('XML:com.adobe.xmp\0\x01\0\0\0'), bomb]))],
  ])('in the %s of a PNG takes no memory, and the image is classified', async (_where, bytes) => {
    const before = process.memoryUsage().rss;
    const { width } = await decodeImage(pngOf(header(small), bytes, blackPixels(small)));
    expect(width).toBe(8);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });
});

it('is given up when it takes too long, and can be tried again', async () => {
  // A column of pixels is the slowest shape: 4 s for as many as the limit allows.
  const column: PngHeader = { width: 1, height: 33_554_432, bits: 8, colour: 2 };
  const error = await failureOf(pngOf(header(column), blackPixels(column)), { maxSeconds: 1 });
  expect(error).toMatchObject({
    code: 'decode-timeout',
    message: 'The image could not be decoded within 1 s',
  });
}, 120_000);

it.each([
  ...IMAGE_FAILURE_CODES,
  'decode-timeout',
  'file-too-large',
  'file-is-link',
  'file-not-regular',
  'file-unreadable',
  'file-vanished',
  ...REVIEW_REASONS,
  'name-not-utf8',
  'path-too-long',
  'scanner-file-overdue',
  'scanner-links-ignored',
])('%s is explained in docs/images.md', (code) => {
  expect(readFileSync(new URL('../../docs/images.md', import.meta.url), 'utf8')).toContain(`\`${code}\``);
});
