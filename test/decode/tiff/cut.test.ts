import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../src/decode/decode-image.js';
import { directoryFirstTiff } from '../../fixtures/directory-first-tiff.js';
import { RGB, SIZE } from '../tiff-samples.js';
import { tiffOf, type TiffFields } from '../tiff.js';

/** A TIFF that has lost pixels is truncated; one that has lost other things is shown. */
const noise = Uint8Array.from(RGB, (value, at) => value ^ ((Math.imul(at + 1, 2_654_435_761) >>> 13) & 63));
const open = (): Sharp => sharp(noise, { raw: { ...SIZE, channels: 3 } });

const directoryFirst: readonly [string, Buffer][] = [
  ['uncompressed', directoryFirstTiff(noise, SIZE)],
  ['in strips', directoryFirstTiff(noise, SIZE, { rowsPerStrip: 10 })],
  ['deflate', directoryFirstTiff(noise, SIZE, { rowsPerStrip: 10, compression: 'deflate' })],
  ['BigTIFF', directoryFirstTiff(noise, SIZE, { isBig: true, order: 'MM' })],
];
const directoryLast: readonly [string, Buffer][] = [
  ['LZW', await open().tiff({ compression: 'lzw' }).toBuffer()],
  ['uncompressed', await open().tiff({ compression: 'none' }).toBuffer()],
  ['tiles', await open().tiff({ compression: 'deflate', tile: true }).toBuffer()],
  ['JPEG', await open().tiff({ compression: 'jpeg' }).toBuffer()],
  ['grey', await open().greyscale().tiff({ compression: 'packbits' }).toBuffer()],
];

async function outcomeOf(bytes: Buffer): Promise<string> {
  return decodeImage(bytes).then(
    () => 'classified',
    (error: unknown) => (error as { code: string }).code,
  );
}

describe.each(directoryFirst)('A TIFF with its directory first (%s)', (_name, whole) => {
  it('is truncated wherever it is cut', async () => {
    expect(await outcomeOf(whole)).toBe('classified');
    for (const length of [16, 20, 100, 500, 5000, whole.length >> 1, whole.length - 20, whole.length - 1])
      expect({ length, outcome: await outcomeOf(whole.subarray(0, length)) }).toEqual({
        length,
        outcome: 'image-truncated',
      });
  });
});

describe.each(directoryLast)('A TIFF with its directory last (%s)', (_name, whole) => {
  it('is truncated wherever its directory or its pixels are cut', async () => {
    expect(await outcomeOf(whole)).toBe('classified');
    const directory = whole.readUInt32LE(4);
    for (const length of [10, 100, 2000, whole.length >> 1, directory, directory + 1, directory + 30])
      expect({ length, outcome: await outcomeOf(whole.subarray(0, length)) }).toEqual({
        length,
        outcome: 'image-truncated',
      });
  });
});

describe('A TIFF of two pages', () => {
  /** Pages as Pillow writes them: each directory before or behind its own pixels. */
  const first = tiffOf(RGB, SIZE);
  const second = tiffOf(noise, SIZE);

  it('of which the second is cut is classified: the first is whole', async () => {
    const directory = first.readUInt32LE(4);
    const whole = Buffer.concat([first, second]);
    const next = directory + 2 + 12 * first.readUInt16LE(directory);
    whole.writeUInt32LE(first.length + second.readUInt32LE(4), next);
    for (const bytes of [whole, whole.subarray(0, -1000), whole.subarray(0, first.length + 50)])
      expect(Buffer.compare((await decodeImage(bytes)).pixels, RGB)).toBe(0);
  });

  it('of which the first is cut is truncated', async () => {
    expect(await outcomeOf(first.subarray(0, -150))).toBe('image-truncated');
  });
});

it('A TIFF that has lost only remarks is classified', async () => {
  const remarks: TiffFields = { 270: { type: 2, values: `${'slide '.repeat(50)}\0` } };
  const whole = tiffOf(RGB, SIZE, { fields: remarks });
  expect(Buffer.compare((await decodeImage(whole.subarray(0, -100))).pixels, RGB)).toBe(0);
});

describe('A TIFF whose writer has not come to its end is truncated:', () => {
  it.each<[string, Buffer]>([
    ['no directory yet', Buffer.from('II*\0\0\0\0\0 and some pixels')],
    ['zeros for a directory', Buffer.concat([tiffOf(RGB, SIZE).subarray(0, -200), Buffer.alloc(200)])],
    ['strips without a place', tiffOf(RGB, SIZE, { fields: { 273: { type: 4, values: [0] } } })],
    [
      'strips without a place and a length',
      tiffOf(RGB, SIZE, {
        fields: { 273: { type: 4, values: [0] }, 279: { type: 4, values: [0] } },
      }),
    ],
    [
      'a strip outside of the file',
      tiffOf(RGB, SIZE, { fields: { 273: { type: 4, values: [10_000_000] } } }),
    ],
    [
      'a palette outside of the file',
      tiffOf(RGB, SIZE, { fields: { 34_675: { type: 7, values: Buffer.alloc(3000) } } }).subarray(0, -500),
    ],
  ])('%s', async (_what, bytes) => {
    expect(await outcomeOf(bytes)).toBe('image-truncated');
  });
});

describe('A TIFF whose header contradicts itself is damaged:', () => {
  const field = (tag: number, type: number, ...values: number[]): TiffFields => ({ [tag]: { type, values } });
  it.each<[string, Buffer]>([
    ['no width', tiffOf(RGB, SIZE, { fields: { 256: undefined } })],
    ['a height of 0', tiffOf(RGB, SIZE, { fields: field(257, 4, 0) })],
    ['a width in text', tiffOf(RGB, SIZE, { fields: { 256: { type: 2, values: '256\0' } } })],
    ['fewer strips than its rows need', tiffOf(RGB, SIZE, { rowsPerStrip: 100, fields: field(278, 4, 50) })],
    ['several strips of 0 rows', tiffOf(RGB, SIZE, { rowsPerStrip: 100, fields: field(278, 4, 0) })],
    ['strips that are shorter than their pixels', tiffOf(RGB, SIZE, { fields: field(279, 4, 1000) })],
    [
      'a palette of too few colours',
      tiffOf(RGB, SIZE, {
        fields: { ...field(262, 3, 3), ...field(277, 3, 1), ...field(258, 3, 8), ...field(320, 3, 1, 2, 3) },
      }),
    ],
    ['50,000 entries', Buffer.concat([Buffer.from('II*\0\x08\0\0\0\x50\xc3', 'latin1'), Buffer.alloc(100)])],
  ])('%s', async (_what, bytes) => {
    expect(await outcomeOf(bytes)).toBe('image-damaged');
  });

  it('and so is one whose compressed pixels cannot be unpacked', async () => {
    const whole = tiffOf(noise, SIZE, { compression: 'deflate' });
    whole.fill(0x5a, whole.length >> 1, (whole.length >> 1) + 40);
    expect(await outcomeOf(whole)).toBe('image-damaged');
  });
});

it('A strip that reaches into the header is damage and changes no byte of it', async () => {
  const bytes = tiffOf(RGB, SIZE, { fields: { 273: { type: 4, values: [4] } } });
  expect(await outcomeOf(bytes)).toBe('image-damaged');
});
