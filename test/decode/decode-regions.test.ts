import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../src/decode/decode-image.js';
import { decodeRegions, type Region } from '../../src/decode/decode-regions.js';
import { bmpOf } from './bmp.js';
import { chunk, header, pngOf } from './png.js';
import { tiffOf } from './tiff.js';

const [WIDTH, HEIGHT] = [300, 280];
const PIXELS = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, at) => {
  const [x, y, c] = [Math.floor(at / 3) % WIDTH, Math.floor(at / 3 / WIDTH), at % 3];
  return 128 + 60 * Math.sin(x / (9 + c)) * Math.cos(y / 13) + 50 * Math.sin((x + y) / 41 + c);
});
const picture = (): Sharp => sharp(PIXELS, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });

const REGIONS: readonly Region[] = [
  { left: 0, top: 0, width: WIDTH, height: HEIGHT },
  { left: 17, top: 101, width: 64, height: 48 },
  { left: WIDTH - 1, top: HEIGHT - 1, width: 1, height: 1 },
];

/** A fourth channel of zeros, which every decoder would take for transparency. */
function withFourthChannel(): Buffer {
  const pixels = new Uint8Array(WIDTH * HEIGHT * 4);
  for (let at = 0; at < WIDTH * HEIGHT; at += 1) pixels.set(PIXELS.subarray(3 * at, 3 * at + 3), 4 * at);
  const fields = {
    258: { type: 3, values: [8, 8, 8, 8] },
    277: { type: 3, values: [4] },
    338: { type: 3, values: [0] },
  };
  return tiffOf(pixels, { width: WIDTH, height: HEIGHT }, { rowBytes: 4 * WIDTH, fields });
}

/** A PNG with a remark between two parts of its pixels, which libpng does not read on behind. */
function withRemark(): Buffer {
  const rows = Buffer.alloc((3 * WIDTH + 1) * HEIGHT);
  for (let y = 0; y < HEIGHT; y += 1)
    rows.set(PIXELS.subarray(3 * WIDTH * y, 3 * WIDTH * (y + 1)), (3 * WIDTH + 1) * y + 1);
  const stream = deflateSync(rows);
  return pngOf(
    header({ width: WIDTH, height: HEIGHT, bits: 8, colour: 2 }),
    chunk('IDAT', stream.subarray(0, 1000)),
    chunk('tEXt', Buffer.from('Comment\0hello')),
    chunk('IDAT', stream.subarray(1000)),
  );
}

/** The region's pixels of what was drawn. */
function drawn({ left, top, width, height }: Region): Buffer {
  const rows = Array.from({ length: height }, (_, y) => {
    const start = ((top + y) * WIDTH + left) * 3;
    return PIXELS.subarray(start, start + 3 * width);
  });
  return Buffer.concat(rows);
}

describe('regions have the pixels of the file, and the image is what it always is:', () => {
  it.each<[string, () => Promise<Buffer> | Buffer]>([
    ['PNG', () => picture().png({ adaptiveFiltering: true }).toBuffer()],
    ['interlaced PNG', () => picture().png({ progressive: true }).toBuffer()],
    ['PNG with a remark between its pixels', () => withRemark()],
    ['TIFF with LZW', () => picture().tiff({ compression: 'lzw', predictor: 'horizontal' }).toBuffer()],
    ['TIFF with deflate', () => picture().tiff({ compression: 'deflate' }).toBuffer()],
    ['TIFF without compression', () => picture().tiff({ compression: 'none' }).toBuffer()],
    ['TIFF with a channel without a meaning', () => withFourthChannel()],
    ['BMP', () => bmpOf(PIXELS, WIDTH, HEIGHT, { bits: 24 })],
  ])('%s', async (_what, make) => {
    const bytes = await make();
    const { regions, ...image } = await decodeRegions(bytes, REGIONS);
    expect(image).toEqual(await decodeImage(bytes));
    expect(regions.map((pixels) => pixels.toString('hex'))).toEqual(
      REGIONS.map((region) => drawn(region).toString('hex')),
    );
  });
});

it('a region of a JPEG is what sharp shows', async () => {
  const bytes = await picture().jpeg({ quality: 92 }).toBuffer();
  const region = { left: 17, top: 101, width: 64, height: 48 };
  const { regions, ...image } = await decodeRegions(bytes, [region]);
  expect(regions[0]?.equals(await sharp(bytes).extract(region).raw().toBuffer())).toBe(true);
  expect(image).toEqual(await decodeImage(bytes));
});

it('a region of a turned image lies where it is seen', async () => {
  const bytes = await picture().withMetadata({ orientation: 6 }).tiff({ compression: 'lzw' }).toBuffer();
  const region = { left: 5, top: 250, width: 20, height: 30 };
  const { regions, width, height } = await decodeRegions(bytes, [region]);
  const upright = await picture().rotate(90).raw().toBuffer();
  const expected = await sharp(upright, { raw: { width: HEIGHT, height: WIDTH, channels: 3 } })
    .extract(region)
    .raw()
    .toBuffer();
  expect({ width, height }).toEqual({ width: HEIGHT, height: WIDTH });
  expect(regions[0]?.equals(expected)).toBe(true);
});

it.each<[string, Region]>([
  ['beyond the right edge', { left: 250, top: 0, width: 51, height: 10 }],
  ['beyond the lower edge', { left: 0, top: 280, width: 1, height: 1 }],
  ['left of the image', { left: -1, top: 0, width: 10, height: 10 }],
  ['empty', { left: 0, top: 0, width: 0, height: 10 }],
  ['not of whole pixels', { left: 0.5, top: 0, width: 10, height: 10 }],
])('a region that is %s is refused with its place and the size of the image', async (_what, region) => {
  const bytes = await picture().png().toBuffer();
  await expect(decodeRegions(bytes, [region])).rejects.toThrow(RangeError);
  await expect(decodeRegions(bytes, [region])).rejects.toThrow('not within the image of 300×280 pixels');
});

it('rows are not kept for the image after one whose regions were asked for', async () => {
  const bytes = await picture().png().toBuffer();
  const { pixels } = await decodeImage(bytes);
  for (let i = 0; i < 200; i++) {
    const decoded = await decodeRegions(bytes, REGIONS.slice(1));
    expect(decoded.pixels.equals(pixels)).toBe(true);
  }
  let seen = 0;
  await decodeImage(bytes, { see: () => (seen += 1) });
  await decodeImage(bytes);
  expect(seen).toBe(1);
});
