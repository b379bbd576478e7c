import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadImages } from '../../src/train/load-images.js';
import { readLabelledFolder } from '../../src/train/data-set.js';
import { PixelCache } from '../../src/train/pixel-cache.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { writeColourSet } from './colour-set.js';

function put(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content);
  }
  return folder;
}

const TWO_CLASSES = { 'a/1.png': '', 'a/2.JPG': '', 'b/3.tiff': '' };

const withManifest = (...lines: string[]): string =>
  put(temporaryFolder(), { ...TWO_CLASSES, 'manifest.csv': lines.join('\n') });

describe('a labelled folder', () => {
  it('has a class per sub-folder, by name, and its images in order', async () => {
    const folder = put(temporaryFolder(), {
      ...TWO_CLASSES,
      'b/notes.txt': '',
      'b/.hidden.png': '',
      'c.png': '',
    });
    mkdirSync(join(folder, '.git'));
    const { classes, files } = await readLabelledFolder(folder);
    expect(classes).toEqual(['a', 'b']);
    expect(files.map(({ file, label }) => `${file} ${label}`)).toEqual([
      'a/1.png 0',
      'a/2.JPG 0',
      'b/3.tiff 1',
    ]);
  });

  it("has the paper's classes in the paper's order", async () => {
    const folder = put(temporaryFolder(), {
      'abnormal-monocyte/1.png': '',
      'lymphocyte/1.png': '',
      'normal-monocyte/1.png': '',
    });
    const { classes } = await readLabelledFolder(folder);
    expect(classes).toEqual(['normal-monocyte', 'abnormal-monocyte', 'lymphocyte']);
  });

  it('takes source and group from the manifest, in any order of columns, and a group that repeats the source for none', async () => {
    const folder = withManifest(
      'group,class,file,source,more',
      'p1,a,a/1.png,munich,"x, ""y"""',
      'pbc,a,a/2.JPG,pbc,',
      ',b,b/3.tiff,,',
    );
    const { files } = await readLabelledFolder(folder);
    expect(files.map(({ source, group }) => [source, group])).toEqual([
      ['munich', 'p1'],
      ['pbc', ''],
      ['', ''],
    ]);
  });

  it.each<[string, string, () => string]>([
    ['that does not exist', 'data-folder-unknown', () => '/nowhere/cells'],
    ['that is a file', 'data-folder-unknown', () => join(put(temporaryFolder(), { 'x.png': '' }), 'x.png')],
    ['without classes', 'data-classes-too-few', () => put(temporaryFolder(), { 'x.png': '' })],
    ['of one class', 'data-classes-too-few', () => put(temporaryFolder(), { 'a/1.png': '' })],
    [
      'with an empty class',
      'data-class-empty',
      () => put(temporaryFolder(), { ...TWO_CLASSES, 'c/x.txt': '' }),
    ],
    ['with a manifest without a class column', 'data-manifest-invalid', () => withManifest('file,label')],
    [
      'with a line of too few fields',
      'data-manifest-invalid',
      () => withManifest('file,class,source', 'a/1.png,a'),
    ],
    [
      'whose manifest names a file twice',
      'data-manifest-invalid',
      () => withManifest('file,class', 'a/1.png,a', 'a/1.png,a', 'a/2.JPG,a', 'b/3.tiff,b'),
    ],
  ])('%s is refused: %s', async (_what, code, make) => {
    await expect(readLabelledFolder(make())).rejects.toMatchObject({
      name: 'SmearwatchError',
      code,
      kind: 'usage',
      hint: expect.any(String) as string,
    });
  });

  it.each<[string, string, string[]]>([
    ['names a file that is not there', 'a/9.png', ['a/1.png,a', 'a/2.JPG,a', 'b/3.tiff,b', 'a/9.png,a']],
    ['does not name a file that is there', 'b/3.tiff', ['a/1.png,a', 'a/2.JPG,a']],
    ['gives another class than the folder', 'b/3.tiff (a)', ['a/1.png,a', 'a/2.JPG,a', 'b/3.tiff,a']],
  ])('whose manifest %s is refused, with the file', async (_what, file, lines) => {
    await expect(readLabelledFolder(withManifest('file,class', ...lines))).rejects.toMatchObject({
      code: 'data-manifest-invalid',
      message: expect.stringContaining(file) as string,
    });
  });
});

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

  it('refuses a class of which no image can be read, and an image that is in two classes', async () => {
    const unreadable = dataFolder();
    await writeColourSet(unreadable, 2);
    put(unreadable, { 'green/x.png': 'no image' });
    await expect(load(unreadable)).rejects.toMatchObject({ code: 'data-class-empty' });
    const contradictory = dataFolder();
    await writeColourSet(contradictory, 2);
    writeFileSync(join(contradictory, 'pink', 'z.png'), readFileSync(join(contradictory, 'blue', '1.png')));
    await expect(load(contradictory)).rejects.toMatchObject({
      code: 'data-labels-contradict',
      message: expect.stringContaining('blue/1.png and pink/z.png') as string,
    });
  });

  it('takes pixels from the cache by content, and decodes again what is not whole there', async () => {
    const folder = dataFolder();
    await writeColourSet(folder, 1);
    const first = await load(folder);
    const entryOf = (sha256: string): string =>
      join(folder, '../cache/pixels-v1', sha256.slice(0, 2), `${sha256}.rgb`);
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
