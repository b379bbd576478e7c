import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../src/decode/decode-image.js';
import { ALPHA, COLOURS, GREY, interleaved, optionsOf, RGB, SIZE, type Kind } from '../tiff-samples.js';
import { tiffOf, type TiffFields, type TiffOptions } from '../tiff.js';

/** Whole files of a kind that is not decoded: each says which kind it is, and none is damaged. */
const field = (tag: number, ...values: number[]): TiffFields => ({ [tag]: { type: 3, values } });
const zeros = (bytesPerPixel: number): Uint8Array => new Uint8Array(SIZE.width * SIZE.height * bytesPerPixel);
const ofKind = (kind: Kind, more: TiffOptions = {}): Buffer =>
  tiffOf(zeros((kind.samples * kind.bits) / 8), SIZE, optionsOf(kind, more));
const rgb = (bits: number, fields: TiffFields = {}): Buffer =>
  ofKind({ photometric: 2, samples: 3, bits, fields });
const grey = (bits: number, fields: TiffFields = {}): Buffer =>
  ofKind({ photometric: 1, samples: 1, bits, fields });
const compressed = (compression: number, block: Buffer = Buffer.alloc(100, 1)): Buffer =>
  tiffOf(block, SIZE, {
    rowBytes: block.length,
    fields: { ...field(259, compression), 279: { type: 4, values: [block.length] } },
  });
/** Just the beginning of a JPEG: its frame header. */
const jpeg = (marker: number, precision: number): Buffer =>
  Buffer.from([
    0xff,
    0xd8,
    0xff,
    marker,
    0,
    17,
    precision,
    1,
    0,
    1,
    0,
    3,
    1,
    0x11,
    0,
    2,
    0x11,
    0,
    3,
    0x11,
    0,
  ]);

const SAMPLES: readonly [string, Buffer][] = [
  ['16-bit floating point samples', grey(16, field(339, 3))],
  ['32-bit floating point samples', grey(32, field(339, 3))],
  ['32-bit floating point samples', rgb(32, field(339, 3, 3, 3))],
  ['32-bit floating point samples', rgb(32, field(339, 3))],
  ['64-bit floating point samples', grey(64, field(339, 3))],
  ['8-bit signed samples', grey(8, field(339, 2))],
  ['16-bit signed samples', rgb(16, field(339, 2, 2, 2))],
  ['32-bit signed samples', grey(32, field(339, 2))],
  ['64-bit complex floating point samples', grey(64, field(339, 6))],
  ['8-bit unknown samples', grey(8, field(339, 9))],
  ['32-bit samples', rgb(32)],
  ['32-bit samples', grey(32)],
  ['64-bit samples', grey(64)],
  ['24-bit samples', grey(24)],
  ['12-bit samples', rgb(12)],
  ['12-bit samples', grey(12)],
  ['4-bit samples', rgb(4)],
  ['1-bit samples', tiffOf(RGB, SIZE, { fields: { 258: undefined } })],
  ['samples of 5, 6, 5 bits', ofKind({ photometric: 2, samples: 3, bits: 8, fields: field(258, 5, 6, 5) })],
  ['12-bit samples in words of 16 bits', rgb(16, field(281, 4095))],
  ['10-bit samples in words of 16 bits', grey(16, field(281, 1023))],
];

const channels = (photometric: number, extras: readonly number[], more: TiffOptions = {}): Buffer => {
  const samples = (photometric === 2 ? 3 : photometric === 5 ? 4 : 1) + extras.length;
  return ofKind({ photometric, samples, bits: 8, extras }, more);
};
const COLOURS_AND_CHANNELS: readonly [string, Buffer][] = [
  ['CIELAB colours', tiffOf(RGB, SIZE, { fields: field(262, 8) })],
  ['ICCLAB colours', tiffOf(RGB, SIZE, { fields: field(262, 9) })],
  ['LogLuv colours', tiffOf(RGB, SIZE, { fields: field(262, 32_845) })],
  [
    'YCbCr colours of 1×1 pixels to a sample without JPEG compression',
    tiffOf(RGB, SIZE, { fields: { ...field(262, 6), ...field(530, 1, 1) } }),
  ],
  [
    'YCbCr colours of unknown subsampling (no YCbCrSubSampling)',
    tiffOf(RGB, SIZE, { fields: field(262, 6) }),
  ],
  [
    'YCbCr colours of unknown subsampling (no YCbCrSubSampling)',
    tiffOf(RGB, SIZE, { compression: 'deflate', fields: field(262, 6) }),
  ],
  [
    'YCbCr colours in planes',
    tiffOf(RGB, SIZE, { planes: 3, rowBytes: SIZE.width, fields: { ...field(262, 6), ...field(530, 2, 2) } }),
  ],
  ['2 channels beside a palette', channels(3, [2, 0])],
  ['transparency multiplied into a palette', channels(3, [1])],
  ['transparency in a plane beside a palette', channels(3, [2], { planes: 2 })],
  ["the raw samples of a camera's sensor", grey(16, field(262, 32_803))],
  ["the raw samples of a camera's sensor (DNG)", rgb(8, { 50_706: { type: 1, values: [1, 4, 0, 0] } })],
  ['a transparency mask instead of a picture', grey(1, field(262, 4))],
  ['PhotometricInterpretation 77', tiffOf(RGB, SIZE, { fields: field(262, 77) })],
  [
    'samples of unknown meaning (no PhotometricInterpretation)',
    ofKind({ photometric: undefined, samples: 1, bits: 8 }),
  ],
  ['colours of one channel', ofKind({ photometric: 2, samples: 1, bits: 8 })],
  ['other inks than CMYK', ofKind({ photometric: 5, samples: 4, bits: 8, fields: field(332, 2) })],
  ['one channel of unknown meaning beside a grey one', channels(1, [0])],
  ['2 channels of unknown meaning beside a grey one', channels(1, [0, 0])],
  ['2 channels of mixed meaning beside RGB', channels(2, [2, 0])],
  ['6 channels', channels(2, [0, 0, 0])],
  ['transparency in a plane beside a grey one', channels(1, [2], { planes: 2 })],
  [
    'planes in tiles',
    tiffOf(Buffer.concat(COLOURS), SIZE, { rowBytes: SIZE.width, planes: 3, tileSide: 64 }),
  ],
  ['tiles of 40×40 pixels', tiffOf(RGB, SIZE, { tileSide: 40 })],
];

const COMPRESSIONS: readonly [string, Buffer][] = [
  ...(
    [
      [6, 'JPEG compression of the old kind'],
      [34_661, 'JBIG compression'],
      [33_003, 'JPEG 2000 compression'],
      [33_005, 'JPEG 2000 compression'],
      [34_712, 'JPEG 2000 compression'],
      [34_887, 'LERC compression'],
      [34_925, 'LZMA compression'],
      [50_000, 'ZSTD compression'],
      [50_002, 'JPEG XL compression'],
      [12_345, 'compression 12345'],
    ] as const
  ).map(([number, name]): [string, Buffer] => [name, compressed(number)]),
  ['CCITT compression of other than 1-bit samples', compressed(4)],
  ['WebP compression of other than 8-bit RGB', rgb(16, field(259, 50_001))],
  ['LZW compression of the old kind', compressed(5, Buffer.from([0, 1, 2, 3]))],
  ['predictor 3', tiffOf(RGB, SIZE, { compression: 'deflate', fields: field(317, 3) })],
  ['differences of 4-bit samples', grey(4, { ...field(317, 2), ...field(259, 8) })],
];

const JPEGS: readonly [string, Buffer][] = [
  ['12-bit samples', compressed(7, jpeg(0xc1, 12))],
  ['lossless 16-bit samples', compressed(7, jpeg(0xc3, 16))],
  ['lossless arithmetic coding', compressed(7, jpeg(0xcb, 8))],
];

describe('A whole TIFF of a kind that is not decoded is named:', () => {
  it.each([...SAMPLES, ...COLOURS_AND_CHANNELS, ...COMPRESSIONS, ...JPEGS])('%s', async (what, bytes) => {
    await expect(decodeImage(bytes)).rejects.toMatchObject({
      code: 'image-format-unsupported',
      message: expect.stringContaining(`The TIFF has ${what}`) as string,
      hint: expect.stringContaining('8-bit RGB') as string,
    });
  });
});

it('The name is the same in both byte orders, in BigTIFF and when many are refused at the same time', async () => {
  const kind: Kind = { photometric: 1, samples: 1, bits: 32, fields: field(339, 3) };
  const forms: TiffOptions[] = [{}, { order: 'MM' }, { isBig: true }, { isBig: true, order: 'MM' }];
  const files = forms.map((form) => ofKind(kind, form));
  const messages = await Promise.all(
    Array.from({ length: 40 }, (_, at) =>
      decodeImage(files[at % files.length] ?? Buffer.alloc(0)).catch(
        (error: unknown) => (error as Error).message,
      ),
    ),
  );
  expect(new Set(messages)).toEqual(
    new Set(['The TIFF has 32-bit floating point samples, which is not supported']),
  );
});

it('A channel without a meaning never makes a picture white', async () => {
  const pixels = interleaved(...COLOURS, new Uint8Array(GREY.length));
  for (const extras of [[0], undefined]) {
    const kind: Kind = { photometric: 2, samples: 4, bits: 8, ...(extras && { extras }) };
    const image = await decodeImage(tiffOf(pixels, SIZE, optionsOf(kind)));
    expect(Buffer.compare(image.pixels, RGB)).toBe(0);
  }
  const transparent: Kind = { photometric: 2, samples: 4, bits: 8, extras: [2] };
  const image = await decodeImage(tiffOf(interleaved(...COLOURS, ALPHA), SIZE, optionsOf(transparent)));
  expect([...image.pixels.subarray(0, 3)]).toEqual([255, 255, 255]);
});
