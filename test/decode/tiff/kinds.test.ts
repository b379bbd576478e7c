import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../src/decode/decode-image.js';
import {
  ALPHA,
  as16,
  channelOf,
  COLOURS,
  GREY,
  greyRgb,
  interleaved,
  inverted,
  multiplied,
  onWhite,
  optionsOf,
  packed,
  RGB,
  SIDE,
  SIZE,
  type Kind,
} from '../tiff-samples.js';
import { tiffOf, type TiffFields, type TiffOptions } from '../tiff.js';

/** What every kind of samples means, and that it is shown as that, however it is laid out in the file. */
interface Case {
  readonly name: string;
  readonly kind: Kind;
  /** Samples of 8 bits, channel by channel: laid out side by side or plane by plane. */
  readonly channels: readonly Uint8Array[];
  readonly expected: Uint8Array;
  /** How far any byte may be off: transparency and 16 bits are rounded more than once. */
  readonly tolerance: number;
}

const clear = new Uint8Array(GREY.length);
const flattened = interleaved(...COLOURS.map(onWhite));
const transparentGrey = greyRgb(onWhite(GREY));
const rgb = (bits: number, ...extras: number[]): Kind => ({
  photometric: 2,
  samples: 3 + extras.length,
  bits,
  extras,
});
const grey = (photometric: number, bits: number, ...extras: number[]): Kind => ({
  photometric,
  samples: 1 + extras.length,
  bits,
  extras,
});

const inColour = (bits: 8 | 16): Case[] => [
  { name: 'RGB', kind: rgb(bits), channels: COLOURS, expected: RGB, tolerance: 0 },
  ...[0, 255].map((value) => ({
    name: `RGB and a channel of ${value} without a meaning`,
    kind: rgb(bits, 0),
    channels: [...COLOURS, clear.map(() => value)],
    expected: RGB,
    tolerance: 0,
  })),
  {
    name: 'RGB and two channels without a meaning',
    kind: rgb(bits, 0, 0),
    channels: [...COLOURS, clear, ALPHA],
    expected: RGB,
    tolerance: 0,
  },
  {
    name: 'RGB and a channel that no tag mentions',
    kind: { photometric: 2, samples: 4, bits },
    channels: [...COLOURS, clear],
    expected: RGB,
    tolerance: 0,
  },
  {
    name: 'RGB and transparency',
    kind: rgb(bits, 2),
    channels: [...COLOURS, ALPHA],
    expected: flattened,
    tolerance: 2,
  },
  {
    name: 'RGB and transparency that is multiplied in',
    kind: rgb(bits, 1),
    channels: [...COLOURS.map((channel) => multiplied(channel, ALPHA)), ALPHA],
    expected: flattened,
    tolerance: 3,
  },
];

const inGrey = (bits: 8 | 16): Case[] => [
  { name: 'grey', kind: grey(1, bits), channels: [GREY], expected: greyRgb(GREY), tolerance: 0 },
  {
    name: 'grey whose zeros are white',
    kind: grey(0, bits),
    channels: [inverted(GREY)],
    expected: greyRgb(GREY),
    tolerance: 0,
  },
  {
    name: 'grey and transparency',
    kind: grey(1, bits, 2),
    channels: [GREY, ALPHA],
    expected: transparentGrey,
    tolerance: 2,
  },
  {
    name: 'grey whose zeros are white and transparency',
    kind: grey(0, bits, 2),
    channels: [inverted(GREY), ALPHA],
    expected: transparentGrey,
    tolerance: 2,
  },
  {
    name: 'grey and transparency that is multiplied in',
    kind: grey(1, bits, 1),
    channels: [multiplied(GREY, ALPHA), ALPHA],
    expected: transparentGrey,
    tolerance: 3,
  },
];

const layouts: readonly [string, TiffOptions][] = [
  ['in one strip', {}],
  ['in strips', { rowsPerStrip: 7, compression: 'deflate' }],
  ['in tiles', { tileSide: 48 }],
  ['with the highest byte first', { order: 'MM', rowsPerStrip: 100 }],
  ['in a BigTIFF', { isBig: true, tileSide: 64, compression: 'deflate' }],
  ['in a BigTIFF with the highest byte first', { isBig: true, order: 'MM' }],
  ['with its directory against the order of tags', { isReversed: true, rowsPerStrip: 50 }],
];

async function expectPicture(bytes: Buffer, expected: Uint8Array, tolerance: number): Promise<void> {
  const { pixels, width, height } = await decodeImage(bytes);
  expect([width, height]).toEqual([SIZE.width, SIZE.height]);
  let worst = 0;
  for (let at = 0; at < pixels.length; at += 1)
    worst = Math.max(worst, Math.abs((pixels[at] ?? 0) - (expected[at] ?? 0)));
  expect(worst).toBeLessThanOrEqual(tolerance);
}

const encoded = (samples: Uint8Array, bits: number, order: 'II' | 'MM' = 'II'): Uint8Array =>
  bits === 16 ? as16(samples, order) : samples;

describe.each([8, 16] as const)('Samples of %i bits', (bits) => {
  describe.each([...inColour(bits), ...inGrey(bits)])('$name', ({ kind, channels, expected, tolerance }) => {
    it.each(layouts)('%s', async (_layout, layout) => {
      const samples = encoded(interleaved(...channels), bits, layout.order);
      await expectPicture(tiffOf(samples, SIZE, optionsOf(kind, layout)), expected, tolerance);
    });
  });

  it.each(inColour(bits))('$name, in planes', async ({ kind, channels, expected, tolerance }) => {
    const planes = Buffer.concat(channels.map((channel) => encoded(channel, bits)));
    const options = optionsOf(kind, { planes: channels.length, rowsPerStrip: 60 });
    await expectPicture(tiffOf(planes, SIZE, options), expected, tolerance);
  });
});

describe.each([1, 2, 4] as const)('Samples of %i bits', (bits) => {
  const most = 2 ** bits - 1;
  const steps = GREY.map((value) => Math.floor(((value >> (8 - bits)) * 255) / most));

  it('are greys', async () => {
    const bytes = tiffOf(packed(GREY, bits), SIZE, optionsOf(grey(1, bits)));
    await expectPicture(bytes, greyRgb(steps), 1);
  });

  it('are greys whose zeros are white', async () => {
    const bytes = tiffOf(packed(inverted(GREY), bits), SIZE, optionsOf(grey(0, bits)));
    await expectPicture(bytes, greyRgb(steps), 1);
  });
});

describe('A palette', () => {
  const colourAt = (at: number, channel: number): number => [at, 255 - at, 90 + (at >> 1)][channel] ?? 0;
  const shown = [0, 1, 2].map((channel) => GREY.map((index) => colourAt(index, channel)));
  const palette = (count: number, step: number): TiffFields => ({
    320: {
      type: 3,
      values: [0, 1, 2].flatMap((channel) =>
        Array.from({ length: count }, (_, at) => 257 * colourAt(Math.floor(at / step) & 255, channel)),
      ),
    },
  });

  it('for samples of 16 bits gives their colours', async () => {
    const options = optionsOf({ photometric: 3, samples: 1, bits: 16, fields: palette(65_536, 257) });
    await expectPicture(tiffOf(as16(GREY), SIZE, options), interleaved(...shown), 0);
  });

  it('may be followed by transparency', async () => {
    const kind: Kind = { photometric: 3, samples: 2, bits: 8, extras: [2], fields: palette(256, 1) };
    const bytes = tiffOf(interleaved(GREY, ALPHA), SIZE, optionsOf(kind));
    await expectPicture(bytes, interleaved(...shown.map(onWhite)), 2);
  });

  it('may be followed by a channel without a meaning', async () => {
    const kind: Kind = { photometric: 3, samples: 2, bits: 8, extras: [0], fields: palette(256, 1) };
    const bytes = tiffOf(interleaved(GREY, clear), SIZE, optionsOf(kind));
    await expectPicture(bytes, interleaved(...shown), 0);
    const planes = tiffOf(Buffer.concat([GREY, clear]), SIZE, optionsOf(kind, { planes: 2 }));
    await expectPicture(planes, interleaved(...shown), 0);
  });
});

describe.each([1, 2, 4, 8] as const)('A palette for samples of %i bits', (bits) => {
  const count = 2 ** bits;
  const colours = [(at: number) => 40 + 3 * at, (at: number) => 200 - 2 * at, (at: number) => 90 + at].map(
    (colourAt) => Array.from({ length: count }, (_, at) => colourAt(at) & 255),
  );
  const indices = GREY.map((value) => value >> (8 - bits));
  const samples = bits === 8 ? GREY : packed(GREY, bits);
  const expected = interleaved(...colours.map((colour) => indices.map((index) => colour[index] ?? 0)));

  it.each([
    ['of 16 bits', 257],
    ['of 8 bits, as old writers have it,', 1],
  ])('%s gives their colours', async (_what, factor) => {
    const palette = colours.flat().map((value) => value * factor);
    for (const order of ['II', 'MM'] as const) {
      const options = optionsOf(
        { photometric: 3, samples: 1, bits, fields: { 320: { type: 3, values: palette } } },
        { order },
      );
      await expectPicture(tiffOf(samples, SIZE, options), expected, 0);
    }
  });
});

/**
 * Without a profile, the way from CMYK is only about right; anything that is taken for another thing is 200
 * off.
 */
describe('CMYK', () => {
  const inks = [...COLOURS.map(inverted), clear];
  const cmyk = (more: Partial<Kind> = {}): Kind => ({ photometric: 5, samples: 4, bits: 8, ...more });

  it.each([
    ['of 8 bits', tiffOf(interleaved(...inks), SIZE, optionsOf(cmyk()))],
    ['of 16 bits', tiffOf(as16(interleaved(...inks)), SIZE, optionsOf(cmyk({ bits: 16 })))],
    ['in planes', tiffOf(Buffer.concat(inks), SIZE, optionsOf(cmyk(), { planes: 4 }))],
    [
      'with a channel without a meaning',
      tiffOf(interleaved(...inks, clear), SIZE, optionsOf(cmyk({ samples: 5, extras: [0] }))),
    ],
  ])('%s has about the colours that a person sees', async (_what, bytes) => {
    await expectPicture(bytes, RGB, 100);
  });

  it('is put on white if it is transparent', async () => {
    const transparent = tiffOf(
      interleaved(...inks, ALPHA),
      SIZE,
      optionsOf(cmyk({ samples: 5, extras: [2] })),
    );
    const opaque = await decodeImage(tiffOf(interleaved(...inks), SIZE, optionsOf(cmyk())));
    const colours = [0, 1, 2].map((channel) => onWhite(channelOf(opaque.pixels, channel)));
    await expectPicture(transparent, interleaved(...colours), 3);
  });
});

describe('YCbCr without JPEG', () => {
  /** Blocks of luma, each followed by its two samples of chroma: the picture has one colour. */
  const blocks = (across: number, down: number): Buffer => {
    const count = Math.ceil(SIDE / across) * Math.ceil(SIDE / down);
    const block = [...new Array<number>(across * down).fill(120), 160, 90];
    return Buffer.from(new Array<number[]>(count).fill(block).flat());
  };

  it.each([
    [2, 1],
    [2, 2],
    [1, 2],
    [4, 1],
    [4, 2],
  ])('is converted with a sample of chroma for %i×%i pixels', async (across, down) => {
    const fields = { 262: { type: 3, values: [6] }, 530: { type: 3, values: [across, down] } };
    const content = blocks(across, down);
    const bytes = tiffOf(content, SIZE, {
      rowBytes: content.length / SIDE,
      fields: { ...fields, 279: { type: 4, values: [content.length] } },
    });
    // Red, green and blue of ITU-R BT.601.
    const [cb, cr] = [160 - 128, 90 - 128];
    const colour = [120 + 1.402 * cr, 120 - 0.344_136 * cb - 0.714_136 * cr, 120 + 1.772 * cb];
    const expected = Uint8Array.from({ length: 3 * SIDE * SIDE }, (_, at) => Math.round(colour[at % 3] ?? 0));
    await expectPicture(bytes, expected, 1);
  });
});

it('Tiles may stand under the tags of strips, as old writers have them', async () => {
  const tiled = (fields: TiffFields): Buffer => tiffOf(RGB, SIZE, { tileSide: 256, fields });
  const place = { 324: undefined, 325: undefined, 273: { type: 4, values: [8] } };
  const counts = { 279: { type: 4, values: [RGB.length] }, 278: { type: 4, values: [256] } };
  await expectPicture(tiled({ ...place, ...counts }), RGB, 0);
});

it('A predictor is undone with LZW and deflate, and passed over without compression', async () => {
  const differences = Uint8Array.from(RGB, (value, at) =>
    at % (3 * SIZE.width) < 3 ? value : (value - (RGB[at - 3] ?? 0)) & 255,
  );
  const predictor = { fields: { 317: { type: 3, values: [2] } } };
  await expectPicture(tiffOf(differences, SIZE, { ...predictor, compression: 'deflate' }), RGB, 0);
  await expectPicture(tiffOf(RGB, SIZE, predictor), RGB, 0);
});

it('Bits in reverse are turned round', async () => {
  const turned = RGB.map((value) =>
    parseInt(value.toString(2).padStart(8, '0').split('').reverse().join(''), 2),
  );
  const bytes = tiffOf(turned, SIZE, { fields: { 266: { type: 3, values: [2] } } });
  await expectPicture(bytes, RGB, 0);
});

it('Samples whose format is undefined are unsigned', async () => {
  await expectPicture(tiffOf(RGB, SIZE, { fields: { 339: { type: 3, values: [4, 4, 4] } } }), RGB, 0);
});
