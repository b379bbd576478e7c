import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Metadata } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeThumbnail, pictureMistakes, THUMBNAIL_SIDE } from '../../../src/evaluate/report/thumbnails.js';
import { bmpOf } from '../../decode/bmp.js';
import { smearPng } from '../../fixtures/images.js';
import { sampleMistake } from './sample.js';

function pixelsOf(uri: string): Promise<Metadata> {
  return sharp(Buffer.from(uri.replace('data:image/jpeg;base64,', ''), 'base64')).metadata();
}

describe('a thumbnail', () => {
  it('is a small JPEG as data URI, in the image’s proportions', async () => {
    const uri = await makeThumbnail(await smearPng(1));
    expect(uri).toMatch(/^data:image\/jpeg;base64,[A-Za-z0-9+/]+=*$/);
    expect(uri.length).toBeLessThan(20_000);
    expect(await pixelsOf(uri)).toMatchObject({ format: 'jpeg', width: 128, height: THUMBNAIL_SIDE });
  });

  it('is made of a BMP too, and of an image of one row', async () => {
    const bmp = bmpOf(new Uint8Array(40 * 20 * 3).fill(120), 40, 20, { bits: 24 });
    expect(await pixelsOf(await makeThumbnail(bmp))).toMatchObject({ width: THUMBNAIL_SIDE, height: 72 });
    const row = await sharp({ create: { width: 2000, height: 1, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    expect(await pixelsOf(await makeThumbnail(row))).toMatchObject({ width: THUMBNAIL_SIDE, height: 1 });
  });
});

describe('mistakes', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'thumbnails-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('get their pictures, except files that are missing, changed or damaged', async () => {
    const write = async (file: string, bytes: Buffer): Promise<string> => {
      await writeFile(join(folder, file), bytes);
      return createHash('sha256').update(bytes).digest('hex');
    };
    const png = await smearPng(2);
    const sha256 = await write('whole.png', png);
    await write('changed.png', await smearPng(3));
    const damaged = await write('damaged.png', png.subarray(0, 200));
    const pictured = await pictureMistakes(folder, [
      sampleMistake({ file: 'whole.png', sha256 }),
      sampleMistake({ file: 'changed.png', sha256 }),
      sampleMistake({ file: 'damaged.png', sha256: damaged }),
      sampleMistake({ file: 'gone.png', sha256 }),
    ]);
    expect(pictured.map(({ thumbnail }) => thumbnail?.slice(0, 15))).toEqual([
      'data:image/jpeg',
      undefined,
      undefined,
      undefined,
    ]);
  });
});
