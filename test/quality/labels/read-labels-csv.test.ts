import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLabelsCsv } from '../../../src/quality/labels/read-labels-csv.js';
import { temporaryFolder } from '../../fixtures/folders.js';

const SHA256 = 'ab'.repeat(32);

function csv(text: string | Buffer): string {
  const file = join(temporaryFolder(), 'labels.csv');
  writeFileSync(file, text);
  return file;
}

const none = { scanner: undefined, by: undefined };

describe('A CSV file of labels', () => {
  it('names images by SHA-256 or by scanner and path, in columns of any order', async () => {
    const file = csv(
      `\ufeffby,class,path,scanner,sha256\r\nWeber,lymphocyte,"a,b.png",left,\r\n\r\n"Kaya, Dr.",normal-monocyte,,,${SHA256.toUpperCase()}\r\n`,
    );
    expect(await readLabelsCsv(file, none)).toEqual({
      labels: [
        { by: 'Weber', class: 'lymphocyte', path: 'a,b.png', scanner: 'left' },
        { by: 'Kaya, Dr.', class: 'normal-monocyte', sha256: SHA256 },
      ],
      lines: [2, 4],
    });
  });

  it('leaves out what is the same for all', async () => {
    const { labels } = await readLabelsCsv(csv('path,class\na.png,lymphocyte\n'), {
      scanner: 'left',
      by: 'Weber',
    });
    expect(labels).toEqual([{ by: 'Weber', class: 'lymphocyte', path: 'a.png', scanner: 'left' }]);
  });

  it.each([
    ['semicolons', `class;path;scanner;by\r\nlymphocyte;Größe.png;left;Jörg Müller\r\n`],
    ['tabs', `\ufeffclass\tpath\tscanner\tby\rlymphocyte\tGröße.png\tleft\tJörg Müller\r`],
    ['columns without a name', `class,path,scanner,by,,\nlymphocyte,Größe.png,left,Jörg Müller,,\n`],
  ])('may have %s', async (_, text) => {
    const { labels } = await readLabelsCsv(csv(text), none);
    expect(labels).toEqual([{ class: 'lymphocyte', path: 'Größe.png', scanner: 'left', by: 'Jörg Müller' }]);
  });

  it.each([
    ['without anything', '', 'it is empty'],
    [
      'from Excel in Windows-1252',
      Buffer.from('class,path,by\r\nx,a.png,Jörg\r\n', 'latin1'),
      'line 2 has the byte 0xF6 ("ö")',
    ],
    ['in UTF-16', Buffer.from('\ufeffclass\tpath\r\n', 'utf16le'), 'it is UTF-16 LE'],
    [
      'with a value of no column',
      'class,path,scanner,by,\nx,a.png,left,W,note\n',
      ':2 cannot be imported: the column of "note"',
    ],
    ['with a name of two lines', 'class,path,scanner,by\nx,a.png,left,"W\nX"\n', 'must be one line of text'],
    ['with a path of two lines', 'class,path,scanner,by\nx,"a\n.png",left,W\n', 'must be one line of text'],
    ['without a class', 'sha256,by\n', 'no column "class"'],
    ['without images', 'class,by\n', 'neither a column "sha256" nor "path"'],
    ['with an unknown column', 'sha256,class,label\n', 'a column "label"'],
    ['with a row too short', `sha256,class,by\n${SHA256},lymphocyte\n`, 'Invalid Record Length'],
    ['with half a SHA-256', 'sha256,class,by\n\nabcd,lymphocyte,Weber\n', ':3 cannot be imported'],
    ['with nobody', `sha256,class\n${SHA256},lymphocyte\n`, ':2 cannot'],
  ])('%s is refused', async (_, text, message) => {
    await expect(readLabelsCsv(csv(text), none)).rejects.toThrow(message);
  });

  it('that is not there is refused', async () => {
    await expect(readLabelsCsv('/nowhere/labels.csv', none)).rejects.toMatchObject({
      code: 'label-csv-invalid',
    });
  });
});
