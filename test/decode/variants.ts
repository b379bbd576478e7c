import sharp, { type Sharp } from 'sharp';
import type { ImageFormat } from '../../src/decode/sniff.js';
import { bmpOf } from './bmp.js';

/** One picture in one of the forms that a scanner, or what stands between it and the folder, may write. */
export interface Variant {
  readonly name: string;
  readonly format: ImageFormat;
  readonly bytes: Buffer;
  /** How far its colours may be from the picture's. */
  readonly tolerance: number;
}

export interface Picture {
  /** RGB, row by row. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

type Entry = readonly [name: string, format: ImageFormat, tolerance: number, make: () => Promise<Buffer>];

/** Every form that is classified in colour. */
export async function colourVariants(picture: Picture): Promise<Variant[]> {
  const { pixels, width, height } = picture;
  const open = (): Sharp => sharp(pixels, { raw: { width, height, channels: 3 } });
  const bmp = (options: Parameters<typeof bmpOf>[3]) => () =>
    Promise.resolve(bmpOf(pixels, width, height, options));
  return Promise.all(
    [...pngs(open), ...jpegs(open), ...tiffs(open), ...bmps(bmp)].map(
      async ([name, format, tolerance, make]) => ({ name, format, tolerance, bytes: await make() }),
    ),
  );
}

/** Forms that have lost their colours, or most of them: three equal channels. */
export async function greyVariants({ pixels, width, height }: Picture): Promise<Variant[]> {
  const open = (): Sharp => sharp(pixels, { raw: { width, height, channels: 3 } });
  const entries: Entry[] = [
    ['grey PNG', 'png', 1, () => open().greyscale().png().toBuffer()],
    ['grey PNG of 16 bits', 'png', 1, () => open().toColourspace('grey16').png().toBuffer()],
    ['grey PNG with alpha', 'png', 1, () => open().ensureAlpha(1).greyscale().png().toBuffer()],
    ['grey JPEG', 'jpeg', 6, () => open().greyscale().jpeg({ quality: 95 }).toBuffer()],
    ['grey TIFF', 'tiff', 1, () => open().greyscale().tiff({ compression: 'lzw' }).toBuffer()],
    [
      'TIFF of one bit',
      'tiff',
      255,
      () => open().toColourspace('b-w').tiff({ compression: 'ccittfax4', bitdepth: 1 }).toBuffer(),
    ],
    ['BMP of 8 bits', 'bmp', 255, () => Promise.resolve(bmpOf(pixels, width, height, { bits: 8 }))],
  ];
  return Promise.all(
    entries.map(async ([name, format, tolerance, make]) => ({
      name,
      format,
      tolerance,
      bytes: await make(),
    })),
  );
}

const pngs = (open: () => Sharp): Entry[] => [
  ['PNG', 'png', 0, () => open().png().toBuffer()],
  ['interlaced PNG', 'png', 0, () => open().png({ progressive: true }).toBuffer()],
  ['PNG of 16 bits', 'png', 1, () => open().toColourspace('rgb16').png().toBuffer()],
  ['PNG with a palette', 'png', 8, () => open().png({ palette: true }).toBuffer()],
  ['PNG with alpha', 'png', 0, () => open().ensureAlpha(1).png().toBuffer()],
  ['PNG with a colour profile', 'png', 2, () => open().withIccProfile('srgb').png().toBuffer()],
];

const jpegs = (open: () => Sharp): Entry[] => [
  ['JPEG', 'jpeg', 6, () => open().jpeg({ quality: 95 }).toBuffer()],
  ['progressive JPEG', 'jpeg', 6, () => open().jpeg({ quality: 95, progressive: true }).toBuffer()],
  // Without a profile, the way from CMYK is only about right: the hues stay.
  ['CMYK JPEG', 'jpeg', 70, () => open().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer()],
  [
    'EXIF-rotated JPEG',
    'jpeg',
    10,
    async () => {
      const { data, info } = await open().rotate(270).raw().toBuffer({ resolveWithObject: true });
      const { width, height } = info;
      const turned = sharp(data, { raw: { width, height, channels: 3 } });
      return turned.withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer();
    },
  ],
];

const tiffs = (open: () => Sharp): Entry[] => [
  ['TIFF with LZW', 'tiff', 0, () => open().tiff({ compression: 'lzw' }).toBuffer()],
  ['TIFF without compression', 'tiff', 0, () => open().tiff({ compression: 'none' }).toBuffer()],
  ['TIFF with deflate', 'tiff', 0, () => open().tiff({ compression: 'deflate' }).toBuffer()],
  ['TIFF with PackBits', 'tiff', 0, () => open().tiff({ compression: 'packbits' }).toBuffer()],
  ['TIFF with JPEG inside', 'tiff', 8, () => open().tiff({ compression: 'jpeg', quality: 95 }).toBuffer()],
  ['TIFF of 16 bits', 'tiff', 1, () => open().toColourspace('rgb16').tiff({ compression: 'lzw' }).toBuffer()],
  ['CMYK TIFF', 'tiff', 70, () => open().toColourspace('cmyk').tiff({ compression: 'lzw' }).toBuffer()],
  [
    'tiled TIFF',
    'tiff',
    0,
    () => open().tiff({ tile: true, tileWidth: 32, tileHeight: 16, compression: 'lzw' }).toBuffer(),
  ],
  [
    'pyramid TIFF',
    'tiff',
    0,
    () =>
      open()
        .tiff({ pyramid: true, tile: true, tileWidth: 32, tileHeight: 32, compression: 'deflate' })
        .toBuffer(),
  ],
  ['BigTIFF', 'tiff', 0, () => open().tiff({ compression: 'lzw', bigtiff: true }).toBuffer()],
  [
    'TIFF of two pages',
    'tiff',
    0,
    async () => {
      const pages = [await open().png().toBuffer(), await open().negate().png().toBuffer()];
      return sharp(pages, { join: { animated: true } })
        .tiff({ compression: 'lzw' })
        .toBuffer();
    },
  ],
];

const bmps = (bmp: (options: Parameters<typeof bmpOf>[3]) => () => Promise<Buffer>): Entry[] => [
  ['BMP of 24 bits', 'bmp', 0, bmp({ bits: 24 })],
  ['BMP of 24 bits from the top', 'bmp', 0, bmp({ bits: 24, isTopDown: true })],
  ['BMP of 32 bits', 'bmp', 0, bmp({ bits: 32 })],
];
