import type { TiffFields, TiffOptions } from './tiff.js';

/** A picture in colour, in grey, and how transparent it is, from which the pixels of every kind are made. */
export const SIDE = 256;
const COUNT = SIDE * SIDE;
export const SIZE = { width: SIDE, height: SIDE };
export const RGB = Uint8Array.from({ length: 3 * COUNT }, (_, at) => {
  const [x, y] = [Math.floor(at / 3) % SIDE, Math.floor(at / 3 / SIDE)];
  return [60 + ((x + y) >> 2), 250 - (y >> 1), 40 + (x >> 1)][at % 3] ?? 0;
});
export const GREY = Uint8Array.from({ length: COUNT }, (_, at) => ((at >> 8) + (at & 255)) >> 1);
export const ALPHA = Uint8Array.from({ length: COUNT }, (_, at) => at & 255);

/** Interleaves the channels, so that each pixel has all of them side by side. */
export function interleaved(...channels: readonly Uint8Array[]): Uint8Array {
  const pixels = new Uint8Array(COUNT * channels.length);
  channels.forEach((channel, index) =>
    channel.forEach((value, at) => (pixels[at * channels.length + index] = value)),
  );
  return pixels;
}

export function channelOf(pixels: Uint8Array, index: number, count = 3): Uint8Array {
  return Uint8Array.from({ length: pixels.length / count }, (_, at) => pixels[at * count + index] ?? 0);
}

export const COLOURS = [0, 1, 2].map((index) => channelOf(RGB, index));
export const greyRgb = (grey: Uint8Array): Uint8Array => interleaved(grey, grey, grey);
export const inverted = (channel: Uint8Array): Uint8Array => channel.map((value) => 255 - value);
export const multiplied = (channel: Uint8Array, by: Uint8Array): Uint8Array =>
  channel.map((value, at) => Math.round((value * (by[at] ?? 0)) / 255));
/** What a transparent channel looks like on white. */
export const onWhite = (channel: Uint8Array): Uint8Array =>
  channel.map((value, at) => Math.round(255 + ((value - 255) * (ALPHA[at] ?? 0)) / 255));

/** The same samples with 16 bits each. */
export function as16(samples: Uint8Array, order: 'II' | 'MM' = 'II'): Uint8Array {
  const bytes = Buffer.alloc(2 * samples.length);
  samples.forEach((value, at) =>
    order === 'II' ? bytes.writeUInt16LE(257 * value, 2 * at) : bytes.writeUInt16BE(257 * value, 2 * at),
  );
  return bytes;
}

/** The highest bits of each sample, packed. */
export function packed(samples: Uint8Array, bits: 1 | 2 | 4): Uint8Array {
  const perByte = 8 / bits;
  return Uint8Array.from({ length: samples.length / perByte }, (_, at) => {
    let byte = 0;
    for (let index = 0; index < perByte; index += 1)
      byte = (byte << bits) | ((samples[at * perByte + index] ?? 0) >> (8 - bits));
    return byte;
  });
}

/** How a TIFF says what its pixels are. */
export interface Kind {
  readonly photometric: number | undefined;
  readonly samples: number;
  readonly bits: number;
  readonly extras?: readonly number[];
  readonly fields?: TiffFields;
}

export function optionsOf(kind: Kind, more: TiffOptions = {}): TiffOptions {
  const { photometric, samples, bits, extras, fields = {} } = kind;
  const perRow = more.planes === undefined ? samples : 1;
  return {
    rowBytes: (SIDE * perRow * bits) / 8,
    ...more,
    fields: {
      258: { type: 3, values: new Array<number>(samples).fill(bits) },
      262: photometric === undefined ? undefined : { type: 3, values: [photometric] },
      277: { type: 3, values: [samples] },
      ...(extras && { 338: { type: 3, values: extras } }),
      ...fields,
      ...more.fields,
    },
  };
}
