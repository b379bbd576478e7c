import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../src/decode/decode-image.js';
import { inserted, partsOf, SCAN, segment, TABLES, withPart } from './jpeg.js';
import { chunk, header, pngOf, withBadCrc } from './png.js';
import { waves } from './waves.js';

/** Damage that no pixel depends on costs nothing; damage to pixels is refused. */
const { pixels, width, height } = waves(300, 280);
const picture = (): Sharp => sharp(pixels, { raw: { width, height, channels: 3 } });

const baseline = await picture().jpeg({ quality: 90 }).toBuffer();
const progressive = await picture().jpeg({ quality: 90, progressive: true }).toBuffer();
const grey = await picture().toColourspace('b-w').jpeg({ quality: 90 }).toBuffer();

const JUNK: readonly [string, Buffer][] = [
  ['zeros', Buffer.alloc(7)],
  ['text', Buffer.from('vendor!')],
  ['fill bytes', Buffer.alloc(5, 0xff)],
  ['stuffed bytes', Buffer.from([0xff, 0, 0xff, 0])],
  ['what looks like reserved markers', Buffer.from([0, 0xff, 0x02, 9, 0xff, 0x7f, 0xff, 0xf3, 1])],
  ['restart markers', Buffer.from([0xff, 0xd0, 0xff, 0xd7])],
  ['four kilobytes', Buffer.alloc(4096, 0x5a)],
];

async function expectSame(bytes: Buffer, whole: Buffer): Promise<void> {
  const [actual, expected] = [await decodeImage(bytes), await decodeImage(whole)];
  expect(actual.pixels.equals(expected.pixels)).toBe(true);
  expect(actual).toMatchObject({ width, height, format: expected.format });
}

describe('a JPEG with whole pixels is classified as if it had none of the', () => {
  describe.each([
    ['baseline', baseline],
    ['progressive', progressive],
    ['grey', grey],
  ])('%s', (_kind, whole) => {
    it.each(JUNK)('%s between any two of its segments', async (_what, junk) => {
      // Bytes that follow a scan cannot be distinguished from the scan.
      const places = [2, ...partsOf(whole).flatMap(({ marker, end }) => (marker === SCAN ? [] : [end]))];
      expect(places.length).toBeGreaterThan(3);
      for (const at of places) await expectSame(inserted(whole, at, junk), whole);
    });

    it('unknown version of JFIF', async () => {
      const odd = inserted(whole, 2, segment(0xe0, 'JFIF\0\x07\x02\0\0\x01\0\x01\0\0'));
      await expectSame(odd, inserted(whole, 2, segment(0xe0, 'JFIF\0\x01\x02\0\0\x01\0\x01\0\0')));
    });
  });

  it.each<[string, Buffer]>([
    ['EXIF that is garbage', segment(0xe1, 'Exif\0\0garbage')],
    ['EXIF that ends in its header', segment(0xe1, 'Exif\0\0II*\0')],
    ['EXIF whose directory lies outside', segment(0xe1, 'Exif\0\0II*\0\xff\xff\xff\x7f')],
    ['colour profile that is garbage', segment(0xe2, 'ICC_PROFILE\0\x01\x01garbage')],
    ['colour profile of which parts are missing', segment(0xe2, 'ICC_PROFILE\0\x02\x03garbage')],
    ['XMP that is garbage', segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0<x:xmp')],
    ['empty comment', segment(0xfe)],
    ['vendor segment', segment(0xed, 'Photoshop 3.0\0garbage')],
  ])('%s', async (_what, part) => {
    await expectSame(inserted(progressive, 2, part), progressive);
    await expectSame(inserted(grey, 2, part), grey);
  });
});

describe('a JPEG is refused as damaged', () => {
  const scans = partsOf(progressive).filter(({ marker }) => marker === SCAN);
  const middleOf = ({ start, end }: { start: number; end: number }): number => Math.floor((start + end) / 2);

  it.each(JUNK.slice(4, 5))('with %s inside a scan', async (_what, junk) => {
    for (const whole of [baseline, progressive, grey]) {
      const [scan] = partsOf(whole).filter(({ marker }) => marker === SCAN);
      const bytes = inserted(whole, middleOf(scan!), junk);
      await expect(decodeImage(bytes)).rejects.toMatchObject({
        code: 'image-damaged',
        message: 'The image is damaged: its JPEG data cannot be decoded (its compressed pixels are wrong)',
      });
    }
  });

  it('with text at the end of any scan but the last of a progressive one', async () => {
    const text = Buffer.from('vendor!'.repeat(10));
    expect(scans.length).toBeGreaterThan(4);
    for (const { end } of scans.slice(0, -1))
      await expect(decodeImage(inserted(progressive, end, text))).rejects.toMatchObject({
        code: 'image-damaged',
      });
  });

  it('with a segment in the middle of a scan', async () => {
    const bytes = inserted(baseline, middleOf(partsOf(baseline).at(-1)!), segment(0xfe, 'hello'));
    await expect(decodeImage(bytes)).rejects.toMatchObject({ code: 'image-damaged' });
  });

  it('with a second image that begins within its header', async () => {
    const bytes = inserted(baseline, 2, baseline.subarray(0, 2));
    await expect(decodeImage(bytes)).rejects.toMatchObject({
      code: 'image-damaged',
      message: expect.stringContaining('a second image begins within it') as string,
    });
  });

  it('with junk in place of its tables', async () => {
    const bytes = withPart(baseline, TABLES, (part) => part.fill(0x5a));
    await expect(decodeImage(bytes)).rejects.toMatchObject({ code: 'image-damaged' });
  });
});

describe('a PNG', () => {
  const size = { width, height, bits: 8, colour: 2 } as const;
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y++)
    rows.set(pixels.subarray(y * width * 3, (y + 1) * width * 3), y * (width * 3 + 1) + 1);
  const stream = deflateSync(rows);
  const [first, second] = [chunk('IDAT', stream.subarray(0, 100)), chunk('IDAT', stream.subarray(100))];
  const whole = pngOf(header(size), first, second);
  const comment = chunk('tEXt', Buffer.from('Comment\0hello'));

  it.each<[string, Buffer]>([
    ['a comment with a wrong checksum', pngOf(header(size), withBadCrc(comment), first, second)],
    [
      'an unknown remark with a wrong checksum',
      pngOf(header(size), withBadCrc(chunk('abCd')), first, second),
    ],
    ['a comment between two parts of its pixels', pngOf(header(size), first, comment, second)],
    ['a damaged comment between them', pngOf(header(size), first, withBadCrc(comment), second)],
    ['a damaged comment behind its pixels', pngOf(header(size), first, second, withBadCrc(comment))],
    [
      'a colour profile that is garbage',
      pngOf(header(size), chunk('iCCP', Buffer.from('x\0\0y')), first, second),
    ],
    ['an EXIF that is garbage', pngOf(header(size), chunk('eXIf', Buffer.from('garbage')), first, second)],
    ['a time that does not exist', pngOf(header(size), chunk('tIME', Buffer.alloc(7, 255)), first, second)],
  ])('with %s and whole pixels is classified as if it had none', async (_what, bytes) => {
    await expectSame(bytes, whole);
  });

  it('whose transparency has a wrong checksum is damaged: a pixel depends on it', async () => {
    const transparency = withBadCrc(chunk('tRNS', Buffer.alloc(6)));
    await expect(decodeImage(pngOf(header(size), transparency, first, second))).rejects.toMatchObject({
      code: 'image-damaged',
      message:
        'The image is damaged: its PNG data cannot be decoded (the checksum of chunk tRNS at byte 33 is wrong)',
    });
  });
});
