import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../src/decode/decode-image.js';
import { IMAGE_FAILURE_CODES } from '../fixtures/image-failure-codes.js';
import { bmpOf } from './bmp.js';

type Colour = readonly [number, number, number];
const RED: Colour = [200, 30, 40];
const BLUE: Colour = [20, 60, 210];
const WIDTH = 90;
const HEIGHT = 60;

/**
 * The upper half red, the lower half blue, and a green mark at the upper left: turned or flipped, it is seen.
 */
const MARK: Colour = [20, 180, 60];
function pattern(width = WIDTH, height = HEIGHT): Uint8Array {
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isMark = y < height / 4 && x < width / 4;
      pixels.set(isMark ? MARK : y < height / 2 ? RED : BLUE, (y * width + x) * 3);
    }
  }
  return pixels;
}

const picture = (): Sharp => sharp(pattern(), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
const bmp = (): Buffer => bmpOf(pattern(), WIDTH, HEIGHT, { bits: 24 });

/** Colours at the upper left, upper right and lower left of what an image decodes to. */
async function cornersOf(bytes: Buffer): Promise<Colour[]> {
  const { pixels } = await decodeImage(bytes);
  return [
    [20, 20],
    [235, 20],
    [20, 235],
  ].map(
    ([x = 0, y = 0]) => [...pixels.subarray((y * 256 + x) * 3, (y * 256 + x) * 3 + 3)] as unknown as Colour,
  );
}

async function expectPattern(bytes: Buffer, tolerance: number): Promise<void> {
  const corners = await cornersOf(bytes);
  [MARK, RED, BLUE].forEach((colour, corner) =>
    colour.forEach((value, channel) =>
      expect(Math.abs((corners[corner]?.[channel] ?? 0) - value)).toBeLessThanOrEqual(tolerance),
    ),
  );
}

/**
 * How an upright picture is turned, and then mirrored left to right, for its file of each orientation.
 */
const STORED: Readonly<Record<number, readonly [angle: number, isMirrored: boolean]>> = {
  1: [0, false],
  2: [0, true],
  3: [180, false],
  4: [180, true],
  5: [90, true],
  6: [270, false],
  7: [270, true],
  8: [90, false],
};

describe('a whole image', () => {
  it.each<[string, string, () => Promise<Buffer>]>([
    ['PNG', 'png', () => picture().png().toBuffer()],
    ['JPEG', 'jpeg', () => picture().jpeg({ quality: 95 }).toBuffer()],
    ['progressive JPEG', 'jpeg', () => picture().jpeg({ quality: 95, progressive: true }).toBuffer()],
    ['TIFF with LZW', 'tiff', () => picture().tiff({ compression: 'lzw' }).toBuffer()],
    ['TIFF without compression', 'tiff', () => picture().tiff({ compression: 'none' }).toBuffer()],
    ['BigTIFF', 'tiff', () => picture().tiff({ compression: 'lzw', bigtiff: true }).toBuffer()],
    ['BMP', 'bmp', () => Promise.resolve(bmp())],
  ])('%s: becomes 256×256 RGB bytes, and its own size is reported', async (_name, format, make) => {
    const bytes = await make();
    const { pixels, ...rest } = await decodeImage(bytes);
    expect(rest).toMatchObject({ width: WIDTH, height: HEIGHT, format });
    expect(pixels).toHaveLength(196_608);
    await expectPattern(bytes, 6);
  });

  it.each<[string, number, () => Promise<Buffer>]>([
    ['16-bit PNG', 1, () => picture().toColourspace('rgb16').png().toBuffer()],
    ['16-bit TIFF', 1, () => picture().toColourspace('rgb16').tiff({ compression: 'lzw' }).toBuffer()],
    ['PNG with a palette', 8, () => picture().png({ palette: true }).toBuffer()],
    ['PNG with an opaque alpha channel', 0, () => picture().ensureAlpha(1).png().toBuffer()],
    ['interlaced PNG', 0, () => picture().png({ progressive: true }).toBuffer()],
    // Without a profile, the way from CMYK is only about right: the hues stay.
    ['CMYK JPEG', 70, () => picture().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer()],
  ])('%s: has the colours that a person sees', async (_name, tolerance, make) => {
    await expectPattern(await make(), tolerance);
  });

  it('of greys has three equal channels', async () => {
    for (const make of [picture().greyscale().png(), picture().greyscale().jpeg()]) {
      const { pixels } = await decodeImage(await make.toBuffer());
      expect(pixels).toHaveLength(196_608);
      for (const [red, green, blue] of await cornersOf(await make.clone().toBuffer())) {
        expect([green, blue]).toEqual([red, red]);
      }
    }
  });

  it('is put on white if it is transparent', async () => {
    const clear = await sharp({
      create: { width: 8, height: 8, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer();
    expect(await cornersOf(clear)).toEqual([
      [255, 255, 255],
      [255, 255, 255],
      [255, 255, 255],
    ]);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is turned as its EXIF orientation %i says', async (orientation) => {
    const upright = await picture().png().toBuffer();
    // Turned the other way round first, then labelled: decoding must give the upright picture again.
    const [angle, isMirrored] = STORED[orientation]!;
    const turned = sharp(await sharp(upright).rotate(angle).png().toBuffer());
    const stored = await (isMirrored ? turned.flop() : turned).png().toBuffer();
    const labelled = await sharp(stored).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer();
    const { width, height } = await decodeImage(labelled);
    expect([width, height]).toEqual([WIDTH, HEIGHT]);
    await expectPattern(labelled, 10);
  });

  it('gives the same pixels for the same bytes', async () => {
    const bytes = await picture().jpeg().toBuffer();
    const [first, second] = [await decodeImage(bytes), await decodeImage(Buffer.from(bytes))];
    expect(Buffer.compare(first.pixels, second.pixels)).toBe(0);
  });

  it('of several pages is its first page', async () => {
    const pages = await sharp([await picture().png().toBuffer(), await picture().negate().png().toBuffer()], {
      join: { animated: true },
    })
      .tiff({ compression: 'lzw' })
      .toBuffer();
    await expectPattern(pages, 1);
  });
});

describe('a BMP', () => {
  const opaque = (options: Parameters<typeof bmpOf>[3]): Buffer => bmpOf(pattern(), WIDTH, HEIGHT, options);

  it.each([
    ['24 bits', opaque({ bits: 24 })],
    ['24 bits from the top', opaque({ bits: 24, isTopDown: true })],
    ['32 bits, whose fourth byte means nothing', opaque({ bits: 32 })],
    ['32 bits from the top', opaque({ bits: 32, isTopDown: true })],
  ])('of %s', async (_name, bytes) => {
    await expectPattern(bytes, 1);
    expect(await decodeImage(bytes)).toMatchObject({ width: WIDTH, height: HEIGHT, format: 'bmp' });
  });

  it.each([false, true])('of 8 bits with a palette (from the top: %s)', async (isTopDown) => {
    const [mark, upper, lower] = await cornersOf(opaque({ bits: 8, isTopDown }));
    expect(mark).toEqual([20, 20, 20]);
    expect(upper).toEqual([200, 200, 200]);
    expect(lower).toEqual([20, 20, 20]);
  });

  it('whose pixels begin after a gap', async () => {
    const plain = opaque({ bits: 24 });
    const bytes = Buffer.concat([plain.subarray(0, 54), Buffer.alloc(70, 99), plain.subarray(54)]);
    bytes.writeUInt32LE(124, 10);
    await expectPattern(bytes, 1);
  });

  it('of 32 bits with masks, if they are the usual ones', async () => {
    const plain = opaque({ bits: 32 });
    const masked = (...masks: number[]): Buffer => {
      const fields = Buffer.alloc(12);
      masks.forEach((mask, index) => fields.writeUInt32LE(mask, 4 * index));
      const bytes = Buffer.concat([plain.subarray(0, 54), fields, plain.subarray(54)]);
      bytes.writeUInt32LE(66, 10);
      bytes.writeUInt32LE(3, 30);
      return bytes;
    };
    await expectPattern(masked(0xff0000, 0xff00, 0xff), 1);
    await expect(decodeImage(masked(0xff, 0xff00, 0xff0000))).rejects.toMatchObject({
      code: 'image-format-unsupported',
    });
  });

  it('of 8 bits whose pixel is not in its palette is refused', async () => {
    const bytes = opaque({ bits: 8 });
    bytes.writeUInt32LE(100, 46);
    await expect(decodeImage(bytes)).rejects.toMatchObject({ code: 'image-damaged' });
  });

  it('of a width that needs padding', async () => {
    const bytes = bmpOf(pattern(87, 40), 87, 40, { bits: 24 });
    await expectPattern(bytes, 1);
  });

  const withHeader = (change: (bytes: Buffer) => void): Buffer => {
    const bytes = bmp();
    change(bytes);
    return bytes;
  };
  it.each<[string, string, Buffer]>([
    ['no width', 'image-damaged', withHeader((bytes) => bytes.writeInt32LE(0, 18))],
    ['a negative width', 'image-damaged', withHeader((bytes) => bytes.writeInt32LE(-90, 18))],
    ['a billion rows', 'image-too-large', withHeader((bytes) => bytes.writeInt32LE(1e9, 22))],
    ['more rows than it has', 'image-truncated', withHeader((bytes) => bytes.writeInt32LE(61, 22))],
    ['7 bits a pixel', 'image-format-unsupported', withHeader((bytes) => bytes.writeUInt16LE(7, 28))],
    ['pixels beyond its end', 'image-truncated', withHeader((bytes) => bytes.writeUInt32LE(4e9, 10))],
    [
      'a compression that does not exist',
      'image-format-unsupported',
      withHeader((bytes) => bytes.writeUInt32LE(1, 30)),
    ],
  ])('whose header claims %s is refused: %s', async (_what, code, bytes) => {
    await expect(decodeImage(bytes)).rejects.toMatchObject({ code });
  });
});

describe('what is no whole image', () => {
  const noisy = (): Sharp => {
    const pixels = Uint8Array.from({ length: 300 * 200 * 3 }, (_, at) => (at * 7919) % 251);
    return sharp(pixels, { raw: { width: 300, height: 200, channels: 3 } });
  };
  const formats: [string, () => Promise<Buffer>][] = [
    ['PNG', () => noisy().png().toBuffer()],
    ['JPEG', () => noisy().jpeg().toBuffer()],
    ['progressive JPEG', () => noisy().jpeg({ progressive: true }).toBuffer()],
    ['TIFF with LZW', () => noisy().tiff({ compression: 'lzw' }).toBuffer()],
    ['TIFF without compression', () => noisy().tiff({ compression: 'none' }).toBuffer()],
    ['BMP', () => Promise.resolve(bmp())],
  ];

  describe.each(formats)('a truncated %s', (_name, make) => {
    it.each([0.02, 0.05, 0.95, 0.99])('cut at %f of its length is refused', async (share) => {
      const whole = await make();
      const cut = whole.subarray(0, Math.max(16, Math.floor(whole.length * share)));
      await expect(decodeImage(cut)).rejects.toMatchObject({
        name: 'SmearwatchError',
        code: 'image-truncated',
      });
    });

    it('cut in its middle is called truncated', async () => {
      const whole = await make();
      await expect(decodeImage(whole.subarray(0, Math.floor(whole.length / 2)))).rejects.toMatchObject({
        code: 'image-truncated',
      });
    });
  });

  it('is distinguished from a damaged one even when many fail at the same time', async () => {
    const pngs = await noisy().png().toBuffer();
    const jpegs = await noisy().jpeg().toBuffer();
    const damaged = Buffer.from(pngs).fill(0x5a, pngs.length / 2, pngs.length / 2 + 40);
    const half = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.length / 2);
    const files = Array.from({ length: 30 }, (_, index) => [half(pngs), half(jpegs), damaged][index % 3]!);
    const codes = await Promise.all(
      files.map((bytes) => decodeImage(bytes).catch((error: unknown) => (error as { code: string }).code)),
    );
    codes.forEach((code, index) => expect(code).toBe(index % 3 === 2 ? 'image-damaged' : 'image-truncated'));
  });

  it('an empty file is refused', async () => {
    await expect(decodeImage(Buffer.alloc(0))).rejects.toMatchObject({ code: 'image-empty' });
  });

  it.each<[string, Buffer]>([
    ['text', Buffer.from('file,class\n')],
    ['a GIF', Buffer.from('GIF89a')],
    ['a PDF', Buffer.from('%PDF-1.7')],
    ['zeros', Buffer.alloc(1000)],
    ['an SVG, which libvips would draw', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ])('%s is refused', async (_what, bytes) => {
    await expect(decodeImage(bytes)).rejects.toMatchObject({ code: 'image-format-unsupported' });
  });

  it('an image larger than the limit is refused before it is decoded', async () => {
    for (const bytes of [await picture().png().toBuffer(), await picture().jpeg().toBuffer(), bmp()]) {
      const decoding = decodeImage(bytes, { maxPixels: WIDTH * HEIGHT - 1 });
      await expect(decoding).rejects.toMatchObject({ code: 'image-too-large' });
      await expect(decodeImage(bytes, { maxPixels: WIDTH * HEIGHT })).resolves.toBeDefined();
    }
  });

  it('flipped bytes in the middle of a PNG are refused', async () => {
    const bytes = await noisy().png().toBuffer();
    bytes.fill(0x5a, bytes.length / 2, bytes.length / 2 + 40);
    await expect(decodeImage(bytes)).rejects.toMatchObject({ code: 'image-damaged' });
  });

  it('every code is one of the list', async () => {
    const codes = await Promise.all(
      [Buffer.alloc(0), Buffer.from('x'), bmp().subarray(0, 60)].map((bytes) =>
        decodeImage(bytes).catch((error: unknown) => (error as { code: string }).code),
      ),
    );
    for (const code of codes) expect(IMAGE_FAILURE_CODES).toContain(code);
  });
});
