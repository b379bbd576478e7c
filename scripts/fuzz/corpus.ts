import { drawSmear } from '../../src/generate/smear.js';
import { bmpOf } from '../../test/decode/bmp.js';
import { blackPixels, chunk, header, pngOf } from '../../test/decode/png.js';
import { colourVariants, greyVariants, type Variant } from '../../test/decode/variants.js';
import { tiffKinds } from './tiffs.js';

/**
 * Makes the images to mutate: one of every form that any decoder distinguishes. They are small, so that more
 * mutations can be tried.
 */
export async function makeCorpus(): Promise<Variant[]> {
  const { pixels, width, height } = drawSmear({ seed: 7, index: 0, width: 96, height: 108 });
  const picture = { pixels, width, height };
  const large = drawSmear({ seed: 7, index: 1, width: 264, height: 272 });
  const size = { width: 40, height: 30, bits: 8, colour: 2 } as const;
  const text = chunk('tEXt', Buffer.from('Comment\0made by hand'));
  return [
    ...(await colourVariants(picture)),
    ...(await greyVariants(picture)),
    // Large enough for the decoders of ordinary images.
    ...(await colourVariants(large)).filter(({ name }) => ORDINARY.has(name)),
    ...tiffKinds(picture),
    {
      name: 'PNG with chunks of every kind',
      format: 'png',
      tolerance: 0,
      bytes: pngOf(
        header(size),
        text,
        chunk('gAMA', Buffer.from([0, 0, 0xb1, 0x8f])),
        blackPixels(size),
        text,
      ),
    },
    {
      name: 'BMP of 32 bits with masks',
      format: 'bmp',
      tolerance: 0,
      bytes: withMasks(bmpOf(pixels, width, height, { bits: 32 })),
    },
  ];
}

const ORDINARY = new Set(['JPEG', 'PNG', 'TIFF with LZW', 'TIFF without compression', 'TIFF with deflate']);

function withMasks(plain: Buffer): Buffer {
  const masks = Buffer.alloc(12);
  [0xff0000, 0xff00, 0xff].forEach((mask, index) => masks.writeUInt32LE(mask, 4 * index));
  const bytes = Buffer.concat([plain.subarray(0, 54), masks, plain.subarray(54)]);
  bytes.writeUInt32LE(66, 10);
  bytes.writeUInt32LE(3, 30);
  return bytes;
}
