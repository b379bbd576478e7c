import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../src/decode/decode-image.js';
import { GREY, greyRgb, optionsOf, RGB, SIZE, type Kind } from '../tiff-samples.js';
import { tiffOf, type TiffFields, type TiffOptions } from '../tiff.js';

/** Odd values of other fields do not matter: whole pixels are shown. */
const field = (tag: number, type: number, values: readonly number[] | string | Buffer): TiffFields => ({
  [tag]: { type, values },
});
const JUNK = Buffer.from(Array.from({ length: 300 }, (_, at) => (at * 73) & 255));

const REMARKS: readonly [string, TiffFields][] = [
  ['text without its end', field(270, 2, 'scanner 7, slide 12, 40x')],
  ['padded text', field(305, 2, `ScanSoft 3.1${'\0'.repeat(20)}`)],
  ['text with two ends', field(306, 2, '2026:12:01 12:00:00\0\0')],
  ['a short date', field(306, 2, '2026-12-01\0')],
  ['empty text', field(305, 2, '\0')],
  ['text of no length', field(315, 2, '')],
  ['text in numbers', field(270, 3, [7, 8, 9])],
  ['an unknown tag', field(65_000, 3, [7])],
  ['an unknown tag of text without its end', field(65_000, 2, 'vendor')],
  ['an unknown tag of an unknown type', field(65_000, 99, [1])],
  ['bytes of a microscope', field(34_412, 1, JUNK)],
  ['orientation 0', field(274, 3, [0])],
  ['orientation 9', field(274, 3, [9])],
  ['an orientation in text', field(274, 2, 'up\0')],
  ['two page numbers where one is right', field(297, 3, [0])],
  ['a page number of three', field(297, 3, [0, 0, 0])],
  ['a position of no length', field(286, 5, [])],
  ['a resolution over nothing', { ...field(282, 5, [0, 0]), ...field(283, 5, [300, 0]) }],
  ['a resolution in whole numbers', field(282, 3, [300])],
  ['an unknown unit of resolution', field(296, 3, [77])],
  ['places of GPS at 0', field(34_853, 4, [0])],
  ['an EXIF directory outside of the file', field(34_665, 4, [4_000_000_000])],
  ['smaller copies outside of the file', field(330, 4, [4_000_000_000, 4_000_000_000])],
  ['rubbish for XMP', field(700, 1, JUNK)],
  ['rubbish for Photoshop', field(34_377, 7, JUNK)],
  ['rubbish for IPTC', field(33_723, 4, [1, 2, 3])],
  ['rubbish for a print of colours', field(301, 3, [1, 2, 3])],
  ['a threshold that does not exist', field(263, 3, [77])],
  ['fill order 0', field(266, 3, [0])],
  ['the kind of page: a smaller copy', field(254, 4, [1])],
  ['the largest and the smallest sample', { ...field(280, 3, [0, 0, 0]), ...field(281, 3, [255, 255, 255]) }],
];

const LAYOUT: readonly [string, TiffOptions][] = [
  ['bits said once', { fields: field(258, 3, [8]) }],
  ['no counts of bytes', { rowsPerStrip: 50, fields: { 279: undefined } }],
  ['counts of bytes that are 0', { rowsPerStrip: 50, fields: field(279, 4, [0, 0, 0, 0, 0, 0]) }],
  ['counts of bytes that are far too large', { fields: field(279, 4, [4_000_000_000]) }],
  ['counts of bytes of the first strips only', { rowsPerStrip: 50, fields: field(279, 4, [38_400]) }],
  ['no counts of compressed bytes', { rowsPerStrip: 50, compression: 'deflate', fields: { 279: undefined } }],
  ['tiles without counts', { tileSide: 64, fields: { 325: undefined } }],
  ['compressed tiles without counts', { tileSide: 64, compression: 'deflate', fields: { 325: undefined } }],
  ['far more rows for a strip than there are', { fields: field(278, 4, [0xffffffff]) }],
  ['no rows for the only strip', { fields: { 278: undefined } }],
  ['0 rows for the only strip', { fields: field(278, 4, [0]) }],
  ['no compression', { fields: { 259: undefined } }],
  ['no planar configuration', { fields: { 284: undefined } }],
  ['tags against their order', { isReversed: true }],
  ['a next page outside of the file', { next: 4_000_000_000 }],
  ['a next page that is no directory', { next: 8 }],
];

const IN_COLOUR: readonly [string, TiffOptions][] = [
  ['no PhotometricInterpretation', { fields: { 262: undefined } }],
  ['no number of samples', { fields: { 277: undefined } }],
  ['an extra sample that is not there', { fields: field(338, 3, [0]) }],
];

async function expectRgb(bytes: Buffer, expected: Uint8Array): Promise<void> {
  const { pixels } = await decodeImage(bytes);
  expect(Buffer.compare(pixels, expected)).toBe(0);
}

const withRemarks = REMARKS.map(([name, fields]): [string, TiffOptions] => [name, { fields }]);
const grey: Kind = { photometric: 1, samples: 1, bits: 8 };
const padded = (options: TiffOptions): TiffOptions => ({
  ...options,
  fields: {
    ...options.fields,
    ...(options.fields?.[279] && options.rowsPerStrip !== undefined && field(279, 4, [0, 0, 0, 0, 0, 0])),
  },
});

describe('A TIFF whose pixels are whole is classified with', () => {
  it.each([...withRemarks, ...LAYOUT, ...IN_COLOUR])('%s', async (_what, options) => {
    await expectRgb(tiffOf(RGB, SIZE, options), RGB);
  });

  it.each([...withRemarks, ...LAYOUT])('%s, of greys', async (_what, options) => {
    const fields = { ...options.fields };
    if (options.fields?.[281]) fields[281] = { type: 3, values: [255] };
    await expectRgb(tiffOf(GREY, SIZE, optionsOf(grey, padded({ ...options, fields }))), greyRgb(GREY));
  });

  it.each(withRemarks)('%s, in a BigTIFF with the highest byte first', async (_what, options) => {
    await expectRgb(tiffOf(RGB, SIZE, { ...options, isBig: true, order: 'MM' }), RGB);
  });

  it('all of them at once', async () => {
    const fields = Object.assign({}, ...REMARKS.map(([, each]) => each)) as TiffFields;
    await expectRgb(tiffOf(RGB, SIZE, { fields, next: 8, isReversed: true }), RGB);
    await expectRgb(tiffOf(RGB, SIZE, { fields, tileSide: 64, compression: 'deflate' }), RGB);
  });
});

describe('Colour in a JPEG is what the JPEG says it is', () => {
  it.each(['4:2:0', '4:4:4'] as const)(
    'also where the tag for it is missing (%s)',
    async (chromaSubsampling) => {
      const jpeg = await sharp(RGB, { raw: { ...SIZE, channels: 3 } })
        .jpeg({ quality: 100, chromaSubsampling })
        .toBuffer();
      const block = { ...field(259, 3, [7]), ...field(262, 3, [6]), ...field(279, 4, [jpeg.length]) };
      const { pixels } = await decodeImage(tiffOf(jpeg, SIZE, { rowBytes: jpeg.length, fields: block }));
      const differences = pixels.map((value, at) => Math.abs(value - (RGB[at] ?? 0)));
      expect(differences.reduce((sum, value) => sum + value, 0) / differences.length).toBeLessThan(2);
    },
  );
});

describe('A colour profile', () => {
  it.each([
    ['of no use', JUNK],
    ['that is empty', Buffer.alloc(4)],
  ])('%s changes nothing', async (_what, profile) => {
    await expectRgb(tiffOf(RGB, SIZE, { fields: field(34_675, 7, profile) }), RGB);
  });
});
