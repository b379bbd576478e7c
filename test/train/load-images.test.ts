import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLabelledFolder } from '../../src/dataset/labelled-folder.js';
import { loadImages } from '../../src/train/load-images.js';
import { PixelCache } from '../../src/train/pixel-cache.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { writeColourSet } from './colour-set.js';

describe('loading images', () => {
  const load = async (folder: string) => {
    const cache = new PixelCache(join(folder, '../cache'));
    return loadImages(await readLabelledFolder(folder), { cache, parallel: 2 });
  };
  const dataFolder = (): string => join(temporaryFolder(), 'data');

  it('leaves out unreadable images and repeats, by name and reason', async () => {
    const folder = dataFolder();
    await writeColourSet(folder, 3);
    const whole = readFileSync(join(folder, 'blue', '0.png'));
    writeFileSync(join(folder, 'blue', 'cut.png'), whole.subarray(0, whole.length / 2));
    writeFileSync(join(folder, 'pink', 'empty.png'), '');
    writeFileSync(join(folder, 'pink', 'text.png'), 'no image');
    writeFileSync(join(folder, 'blue', 'copy.png'), whole);
    const { images, leftOut } = await load(folder);
    expect(images).toHaveLength(9);
    expect(images.every(({ pixels }) => pixels.length === 196_608)).toBe(true);
    expect(leftOut.map(({ file, reason }) => `${file}: ${reason}`)).toEqual([
      'blue/copy.png: the same image as blue/0.png',
      expect.stringMatching(/^blue\/cut\.png: The image is truncated: /),
      'pink/empty.png: The file is empty',
      'pink/text.png: The file is not a PNG, JPEG, TIFF or BMP image',
    ]);
  });

  it('refuses a class without a readable image, and an image that is in two classes', async () => {
    const unreadable = dataFolder();
    await writeColourSet(unreadable, 2);
    mkdirSync(join(unreadable, 'green'));
    writeFileSync(join(unreadable, 'green', 'x.png'), 'no image');
    await expect(load(unreadable)).rejects.toMatchObject({ code: 'data-class-empty' });
    const contradictory = dataFolder();
    await writeColourSet(contradictory, 2);
    writeFileSync(join(contradictory, 'pink', 'z.png'), readFileSync(join(contradictory, 'blue', '1.png')));
    await expect(load(contradictory)).rejects.toMatchObject({
      code: 'data-labels-contradict',
      message: expect.stringContaining('blue/1.png and pink/z.png') as string,
    });
  });

  it('takes pixels from the cache by content, and decodes incomplete entries again', async () => {
    const folder = dataFolder();
    await writeColourSet(folder, 1);
    const first = await load(folder);
    const entryOf = (sha256: string): string =>
      join(folder, '../cache/pixels-v2', sha256.slice(0, 2), `${sha256}.rgb`);
    const [a, b] = first.images;
    const marked = Buffer.alloc(196_608, 7);
    writeFileSync(entryOf(a!.sha256), marked);
    writeFileSync(entryOf(b!.sha256), 'half');
    const second = await load(folder);
    expect(Buffer.compare(second.images[0]!.pixels, marked)).toBe(0);
    expect(Buffer.compare(second.images[1]!.pixels, b!.pixels)).toBe(0);
  });

  it('does not follow links out of the folder', async () => {
    const folder = dataFolder();
    await writeColourSet(folder, 1);
    symlinkSync(join(folder, 'blue', '0.png'), join(folder, 'pink', 'link.png'));
    expect((await load(folder)).images).toHaveLength(3);
  });
});
