import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findImages } from '../../../src/evaluate/data/find-images.js';
import { temporaryFolder } from '../../fixtures/folders.js';

it('The folders of file servers and systems are neither images nor left out', async () => {
  const folder = temporaryFolder();
  for (const below of ['lymphocyte', 'lymphocyte/@eaDir', '@eaDir', '#recycle']) {
    mkdirSync(join(folder, below), { recursive: true });
    writeFileSync(join(folder, below, 'a.png'), '');
  }
  const { signal } = new AbortController();
  const { images, leftOut } = await findImages(folder, { classes: ['lymphocyte'], by: undefined, signal });
  expect(images.map(({ path }) => path)).toEqual(['lymphocyte/a.png']);
  expect(leftOut).toEqual([]);
});
