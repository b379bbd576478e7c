import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLabelledFolder } from '../../src/dataset/labelled-folder.js';
import { temporaryFolder } from '../fixtures/folders.js';

function put(folder: string, files: Readonly<Record<string, string | Buffer>>): string {
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
      '@eaDir/1.png/thumb.png': '',
      '#recycle/old.png': '',
      'b/@eaDir/3.png': '',
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

  it('takes source and group from the manifest, in any order of columns, and ignores a group that repeats the source', async () => {
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

  it.each<[string, string | Buffer]>([
    [
      'semicolons and a byte-order mark',
      '\ufefffile;class;group\r\na/1.png;a;Müller\r\na/2.JPG;a;\r\nb/3.tiff;b;\r\n',
    ],
    ['tabs and CR', 'file\tclass\tgroup\ra/1.png\ta\tMüller\ra/2.JPG\ta\t\rb/3.tiff\tb\t\r'],
    ['an index of pandas', ',file,class,group\n0,a/1.png,a,Müller\n1,a/2.JPG,a,\n2,b/3.tiff,b,\n'],
  ])('may have a manifest with %s', async (_, manifest) => {
    const folder = put(temporaryFolder(), { ...TWO_CLASSES, 'manifest.csv': manifest });
    const { files } = await readLabelledFolder(folder);
    expect(files.map(({ group }) => group)).toEqual(['Müller', '', '']);
  });

  it('whose manifest is in another encoding is refused, with the encoding', async () => {
    const manifest = Buffer.from('file,class,group\na/1.png,a,Müller\n', 'latin1');
    await expect(
      readLabelledFolder(put(temporaryFolder(), { ...TWO_CLASSES, 'manifest.csv': manifest })),
    ).rejects.toMatchObject({
      code: 'data-manifest-invalid',
      message: expect.stringContaining('line 2 has the byte 0xFC ("ü") of Windows-1252') as string,
      hint: 'Save it as UTF-8. Excel calls it "CSV UTF-8".',
    });
  });

  it('whose manifest names a file twice is refused, with both lines', async () => {
    await expect(
      readLabelledFolder(withManifest('file,class', 'a/1.png,a', '', 'a/1.png,b')),
    ).rejects.toThrow('lines 2 and 4 both name a/1.png');
  });

  it('whose class has a name that is damaged or of two lines is refused', async () => {
    for (const name of ['J\uFFFDrg', 'a\nb'])
      await expect(
        readLabelledFolder(put(temporaryFolder(), { ...TWO_CLASSES, [`${name}/1.png`]: '' })),
      ).rejects.toMatchObject({ code: 'data-class-name-invalid' });
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
