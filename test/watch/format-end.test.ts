import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FormatEnd } from '../../src/watch/byte-source.js';
import { formatEndOf, hasTrailingZeros, readFormatEnd } from '../../src/watch/format-end.js';
import { bmpOf } from '../decode/bmp.js';
import { inserted } from '../decode/jpeg.js';
import { tiffOf } from '../decode/tiff.js';
import { directoryFirstTiff } from '../fixtures/directory-first-tiff.js';

const noise = Buffer.from(Array.from({ length: 96 * 80 * 3 }, (_, index) => (index * 7919) % 251));
const picture = (): Sharp => sharp(noise, { raw: { width: 96, height: 80, channels: 3 } });

const formats: Record<string, Buffer> = {
  PNG: await picture().png().toBuffer(),
  'interlaced PNG': await picture().png({ progressive: true }).toBuffer(),
  JPEG: await picture().jpeg().toBuffer(),
  'JPEG with junk behind its start': await picture()
    .jpeg()
    .toBuffer()
    .then((bytes) => inserted(bytes, 2, Buffer.from('vendor!'))),
  'progressive JPEG': await picture().jpeg({ progressive: true }).toBuffer(),
  'TIFF in strips': await picture().tiff({ compression: 'lzw' }).toBuffer(),
  'TIFF in tiles': await picture()
    .tiff({ tile: true, tileWidth: 16, tileHeight: 16, compression: 'none' })
    .toBuffer(),
  BigTIFF: await picture().tiff({ bigtiff: true, compression: 'deflate' }).toBuffer(),
  BMP: bmp(),
  'big-endian TIFF, directory first': bigEndianTiff(),
};

function endOf(bytes: Buffer): Promise<FormatEnd> {
  return formatEndOf({
    size: bytes.length,
    read: (position, length) => Promise.resolve(bytes.subarray(position, position + length)),
  });
}

describe.each(Object.entries(formats))('%s', (_name, bytes) => {
  it('has its end when it is whole', async () => {
    expect(await endOf(bytes)).toBe('present');
  });

  it('lacks its end wherever it is cut', async () => {
    for (let cut = 16; cut < bytes.length - 1; cut += Math.ceil(bytes.length / 150))
      expect(await endOf(bytes.subarray(0, cut)), `cut at ${cut} of ${bytes.length}`).toBe('missing');
    expect(await endOf(bytes.subarray(0, -2))).toBe('missing');
  });

  it('has its end when a disk block is filled up with zeros', async () => {
    expect(await endOf(Buffer.concat([bytes, Buffer.alloc(2000)]))).toBe('present');
  });
});

it.each(['PNG', 'JPEG', 'TIFF in strips', 'BigTIFF'])(
  'a %s that has its final size but not yet its bytes lacks its end',
  async (name) => {
    const bytes = formats[name]!;
    const written = Buffer.alloc(bytes.length);
    bytes.copy(written, 0, 0, Math.floor(bytes.length / 2));
    expect(await endOf(written)).toBe('missing');
  },
);

const SIZE = { width: 96, height: 80 };
const light = noise.map((value) => value | 0x80);

/** Formats whose pixels come last and that have no mark behind them. */
const endless: Record<string, (rgb: Uint8Array) => Buffer> = {
  'BMP of 24 bits': (rgb) => bmpOf(rgb, SIZE.width, SIZE.height, { bits: 24, isTopDown: true }),
  'BMP of 32 bits': (rgb) => bmpOf(rgb, SIZE.width, SIZE.height, { bits: 32, isTopDown: true }),
  'BMP of 8 bits': (rgb) => bmpOf(rgb, SIZE.width, SIZE.height, { bits: 8, isTopDown: true }),
  'BMP whose header has no size': (rgb) => {
    const bytes = bmpOf(rgb, SIZE.width, SIZE.height, { bits: 24, isTopDown: true });
    bytes.writeUInt32LE(0, 2);
    return bytes;
  },
  'TIFF with its directory first': (rgb) => directoryFirstTiff(rgb, SIZE),
  'big-endian TIFF in strips with its directory first': (rgb) =>
    directoryFirstTiff(rgb, SIZE, { order: 'MM', rowsPerStrip: 7 }),
  'BigTIFF with its directory first': (rgb) =>
    directoryFirstTiff(rgb, SIZE, { isBig: true, rowsPerStrip: 7 }),
};

describe.each(Object.entries(endless))('A %s', (_name, encode) => {
  const whole = encode(light);

  it('has its end when it is whole, also before padding', async () => {
    expect(await endOf(whole)).toBe('present');
    expect(await endOf(Buffer.concat([whole, Buffer.alloc(2000)]))).toBe('present');
    expect(await hasTrailingZeros(whole)).toBe(false);
  });

  it('ends in zeros wherever the bytes of its pixels are not there yet', async () => {
    for (let cut = 1200; cut < whole.length - 600; cut += 997) {
      const written = Buffer.concat([whole.subarray(0, cut), Buffer.alloc(whole.length - cut)]);
      expect(await endOf(written), `zeros from ${cut} of ${whole.length}`).toBe('zeros');
      expect(await hasTrailingZeros(written)).toBe(true);
    }
  });

  it('ends in zeros when the picture has a black margin below', async () => {
    const margin = Uint8Array.from(light, (value, at) => (at > light.length / 2 ? 0 : value));
    expect(await endOf(encode(margin))).toBe('zeros');
  });

  it('has its end when only a few of its last pixels are black', async () => {
    const dots = Uint8Array.from(light, (value, at) => (at > light.length - 120 ? 0 : value));
    expect(await endOf(encode(dots))).toBe('present');
  });

  it('lacks its end when it is cut', async () => {
    expect(await endOf(whole.subarray(0, -700))).toBe('missing');
  });
});

it('A compressed TIFF with its directory first ends in zeros until the last strip is there', async () => {
  const whole = directoryFirstTiff(light, SIZE, { compression: 'deflate', rowsPerStrip: 10 });
  expect(await endOf(whole)).toBe('present');
  expect(await endOf(Buffer.concat([whole.subarray(0, -600), Buffer.alloc(600)]))).toBe('zeros');
});

it('A TIFF without counts of bytes, or with zeros for them, lacks its end where its rows need more', async () => {
  for (const counts of [undefined, { type: 4, values: [0, 0] }]) {
    const whole = tiffOf(light, SIZE, { rowsPerStrip: 40, fields: { 279: counts } });
    expect(await endOf(whole)).toBe('present');
    const outside = tiffOf(light, SIZE, {
      rowsPerStrip: 40,
      fields: { 279: counts, 273: { type: 4, values: [8, whole.length - 40 * 96 * 3 + 1] } },
    });
    expect(await endOf(outside)).toBe('missing');
  }
});

it('A TIFF whose tags are not sorted has its end', async () => {
  expect(await endOf(tiffOf(light, SIZE, { isReversed: true, isBig: true, order: 'MM' }))).toBe('present');
});

it('A black margin is no reason for doubt where a directory follows the pixels', async () => {
  const margin = Uint8Array.from(light, (value, at) => (at > light.length / 2 ? 0 : value));
  const whole = await sharp(margin, { raw: { ...SIZE, channels: 3 } })
    .tiff({ compression: 'none' })
    .toBuffer();
  expect(await endOf(whole)).toBe('present');
});

it.each([16, 1000, 100_000])('a file of %i zeros is still to be written', async (size) => {
  expect(await endOf(Buffer.alloc(size))).toBe('zeros');
});

it('leaves formats that it does not know, and absurd ones, to the decoder', async () => {
  expect(await endOf(Buffer.from('GIF89a, or a text that is long enough'))).toBe('unknown');
  const endless = Buffer.alloc(40);
  endless.write('II*\0');
  endless.writeUInt32LE(8, 4);
  endless.writeUInt16LE(60_000, 8);
  expect(await endOf(endless)).toBe('unknown');
});

it('ends on a TIFF whose directories form a ring', async () => {
  const ring = bigEndianTiff();
  ring.writeUInt32BE(8, 8 + 2 + 12 * 2);
  expect(await endOf(ring)).toBe('present');
});

it('survives any bytes', async () => {
  for (const [name, bytes] of Object.entries(formats)) {
    for (let seed = 1; seed <= 300; seed += 1) {
      const broken = Buffer.from(bytes);
      for (let hit = 0; hit < 4; hit += 1)
        broken[(seed * 31 + hit * 977) % Math.min(broken.length, 400)] = seed * 73;
      expect(['present', 'missing', 'zeros', 'unknown'], name).toContain(await endOf(broken));
    }
  }
});

describe('readFormatEnd', () => {
  it('reads files, and tells what is gone from what cannot be read', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'smearwatch-end-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = path.join(folder, 'a');
    const png = formats['PNG']!;
    await writeFile(file, png);
    await symlink(file, path.join(folder, 'link'));
    expect(await readFormatEnd(file, png.length)).toBe('present');
    expect(await readFormatEnd(file, png.length - 1)).toBe('missing');
    expect(await readFormatEnd(file, 1)).toBe('missing');
    expect(await readFormatEnd(path.join(folder, 'link'), png.length)).toBe('missing');
    expect(await readFormatEnd(path.join(folder, 'none'), png.length)).toBe('gone');
    expect(await readFormatEnd(folder, png.length)).toBe('missing');
  });
});

/** 24 bits, uncompressed, 96 wide and 80 high. */
function bmp(): Buffer {
  const bytes = Buffer.alloc(54 + 96 * 3 * 80, 0x55);
  bytes.write('BM');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  return bytes;
}

/** Just the tags that say where the one strip of pixels is. */
function bigEndianTiff(): Buffer {
  const bytes = Buffer.alloc(8 + 2 + 2 * 12 + 4 + 600, 0x55);
  bytes.write('MM\0*', 'latin1');
  bytes.writeUInt32BE(8, 4);
  bytes.writeUInt16BE(2, 8);
  const entry = (at: number, tag: number, type: number, value: (at: number) => void): void => {
    bytes.writeUInt16BE(tag, at);
    bytes.writeUInt16BE(type, at + 2);
    bytes.writeUInt32BE(1, at + 4);
    value(at + 8);
  };
  entry(10, 273, 4, (at) => bytes.writeUInt32BE(38, at));
  entry(22, 279, 3, (at) => bytes.writeUInt16BE(600, at));
  bytes.writeUInt32BE(0, 34);
  return bytes;
}
