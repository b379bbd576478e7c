import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readLabelsCsv } from '../../src/labels/read-labels-csv.js';
import { temporaryFolder } from '../fixtures/folders.js';

const SHA256 = 'ab'.repeat(32);

function csv(text: string): string {
  const file = join(temporaryFolder(), 'labels.csv');
  writeFileSync(file, text);
  return file;
}

const none = { scanner: undefined, by: undefined };

describe('A CSV file of labels', () => {
  test('names images by SHA-256 or by scanner and path, in columns of any order', async () => {
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

  test('leaves out what is the same for all', async () => {
    const { labels } = await readLabelsCsv(csv('path,class\na.png,lymphocyte\n'), {
      scanner: 'left',
      by: 'Weber',
    });
    expect(labels).toEqual([{ by: 'Weber', class: 'lymphocyte', path: 'a.png', scanner: 'left' }]);
  });

  test.each([
    ['without a class', 'sha256,by\n', 'no column "class"'],
    ['without images', 'class,by\n', 'neither a column "sha256" nor "path"'],
    ['with a column nobody knows', 'sha256,class,label\n', 'a column "label"'],
    ['with a row too short', `sha256,class,by\n${SHA256},lymphocyte\n`, 'Invalid Record Length'],
    ['with half a SHA-256', 'sha256,class,by\n\nabcd,lymphocyte,Weber\n', ':3 cannot be taken over'],
    ['with nobody', `sha256,class\n${SHA256},lymphocyte\n`, ':2 cannot'],
  ])('%s is refused', async (_, text, message) => {
    await expect(readLabelsCsv(csv(text), none)).rejects.toThrow(message);
  });

  test('that is not there is refused', async () => {
    await expect(readLabelsCsv('/nowhere/labels.csv', none)).rejects.toMatchObject({
      code: 'label-csv-invalid',
    });
  });
});
