import { tiffOf, type TiffFields, type TiffOptions, type TiffSize } from '../../test/decode/tiff.js';
import type { Variant } from '../../test/decode/variants.js';

interface Kind {
  readonly name: string;
  readonly photometric: number;
  readonly samples: number;
  readonly bits: number;
  readonly options?: TiffOptions;
}

/**
 * TIFFs of every kind of samples, decoded or not, and in every arrangement: their directories are what
 * matters.
 */
export function tiffKinds({ pixels, ...size }: TiffSize & { readonly pixels: Uint8Array }): Variant[] {
  return KINDS.map((kind) => ({
    name: `TIFF: ${kind.name}`,
    format: 'tiff',
    tolerance: 0,
    bytes: bytesOf(kind, pixels, size),
  }));
}

function bytesOf(
  { photometric, samples, bits, options = {} }: Kind,
  pixels: Uint8Array,
  size: TiffSize,
): Buffer {
  const { planes = 1 } = options;
  const rowBytes = Math.ceil((size.width * (samples / planes) * bits) / 8);
  const content = Uint8Array.from(
    { length: rowBytes * size.height * planes },
    (_, at) => pixels[at % pixels.length] ?? 0,
  );
  return tiffOf(content, size, {
    rowBytes,
    ...options,
    fields: {
      258: { type: 3, values: new Array<number>(samples).fill(bits) },
      262: { type: 3, values: [photometric] },
      277: { type: 3, values: [samples] },
      ...options.fields,
    },
  });
}

const short = (tag: number, ...values: number[]): TiffFields => ({ [tag]: { type: 3, values } });
const palette = (bits: number): TiffFields =>
  short(320, ...Array.from({ length: 3 * 2 ** bits }, (_, at) => (at * 7919) & 65_535));
const REMARKS: TiffFields = {
  270: { type: 2, values: 'text without its end' },
  ...short(297, 0, 0, 0),
  282: { type: 5, values: [0, 0] },
  34_853: { type: 4, values: [4_000_000_000] },
  65_000: { type: 99, values: [1] },
};

const KINDS: readonly Kind[] = [
  { name: 'RGB in strips', photometric: 2, samples: 3, bits: 8, options: { rowsPerStrip: 10 } },
  {
    name: 'RGB in tiles',
    photometric: 2,
    samples: 3,
    bits: 8,
    options: { tileSide: 16, compression: 'deflate' },
  },
  { name: 'RGB in planes', photometric: 2, samples: 3, bits: 8, options: { planes: 3, rowsPerStrip: 50 } },
  {
    name: 'RGB, big-endian BigTIFF',
    photometric: 2,
    samples: 3,
    bits: 16,
    options: { isBig: true, order: 'MM' },
  },
  {
    name: 'RGB, reversed tags and remarks',
    photometric: 2,
    samples: 3,
    bits: 8,
    options: { isReversed: true, fields: REMARKS },
  },
  {
    name: 'RGB without counts',
    photometric: 2,
    samples: 3,
    bits: 8,
    options: { rowsPerStrip: 9, compression: 'deflate', fields: { 279: undefined } },
  },
  {
    name: 'RGB with differences',
    photometric: 2,
    samples: 3,
    bits: 8,
    options: { compression: 'deflate', fields: short(317, 2) },
  },
  {
    name: 'RGB with a channel without a meaning',
    photometric: 2,
    samples: 4,
    bits: 8,
    options: { fields: short(338, 0) },
  },
  {
    name: 'RGB with two such channels of 16 bits',
    photometric: 2,
    samples: 5,
    bits: 16,
    options: { fields: short(338, 0, 0) },
  },
  {
    name: 'RGB with such a plane',
    photometric: 2,
    samples: 4,
    bits: 8,
    options: { planes: 4, fields: short(338, 0) },
  },
  { name: 'RGB with transparency', photometric: 2, samples: 4, bits: 8, options: { fields: short(338, 2) } },
  {
    name: 'RGB with transparency multiplied in',
    photometric: 2,
    samples: 4,
    bits: 16,
    options: { fields: short(338, 1) },
  },
  { name: 'grey with transparency', photometric: 1, samples: 2, bits: 8, options: { fields: short(338, 2) } },
  { name: 'grey whose zeros are white', photometric: 0, samples: 1, bits: 16, options: { order: 'MM' } },
  { name: 'grey of 1 bit', photometric: 1, samples: 1, bits: 1 },
  { name: 'grey of 2 bits', photometric: 0, samples: 1, bits: 2 },
  { name: 'grey of 4 bits', photometric: 1, samples: 1, bits: 4, options: { fields: short(266, 2) } },
  { name: 'palette of 4 bits', photometric: 3, samples: 1, bits: 4, options: { fields: palette(4) } },
  {
    name: 'palette of 8 bits',
    photometric: 3,
    samples: 1,
    bits: 8,
    options: { fields: palette(8), tileSide: 32 },
  },
  { name: 'CMYK in planes', photometric: 5, samples: 4, bits: 8, options: { planes: 4 } },
  {
    name: 'CMYK with a channel without a meaning',
    photometric: 5,
    samples: 5,
    bits: 16,
    options: { fields: short(338, 0) },
  },
  {
    name: 'turned RGB with such a channel',
    photometric: 2,
    samples: 4,
    bits: 8,
    options: { fields: { ...short(338, 0), ...short(274, 6) } },
  },
  { name: 'floating point', photometric: 1, samples: 1, bits: 32, options: { fields: short(339, 3) } },
  { name: 'signed', photometric: 2, samples: 3, bits: 16, options: { fields: short(339, 2, 2, 2) } },
  { name: 'CIELAB', photometric: 8, samples: 3, bits: 8 },
  { name: 'YCbCr', photometric: 6, samples: 3, bits: 8, options: { fields: short(530, 1, 1) } },
  {
    name: 'YCbCr with half of its chroma',
    photometric: 6,
    samples: 3,
    bits: 8,
    options: {
      fields: {
        ...short(530, 2, 1),
        532: { type: 5, values: [0, 1, 255, 1, 128, 1, 255, 1, 128, 1, 255, 1] },
      },
    },
  },
  {
    name: 'palette with transparency',
    photometric: 3,
    samples: 2,
    bits: 8,
    options: { fields: { ...palette(8), ...short(338, 2) } },
  },
  { name: 'of 12 bits', photometric: 1, samples: 1, bits: 12 },
  { name: 'ZSTD', photometric: 2, samples: 3, bits: 8, options: { fields: short(259, 50_000) } },
];
