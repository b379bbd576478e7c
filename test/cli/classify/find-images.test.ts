import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { findImages } from '../../../src/cli/classify/find-images.js';
import { temporaryFolder } from '../../fixtures/folders.js';

it('The folders of file servers and systems are not looked into, but a file in one that is named is taken', async () => {
  const folder = temporaryFolder();
  for (const below of ['day', '@eaDir/a.png', 'day/#recycle', '.snapshot']) {
    mkdirSync(join(folder, below), { recursive: true });
    writeFileSync(join(folder, below, 'a.png'), '');
  }
  const named = join(folder, 'day/#recycle/a.png');
  const found = await findImages([folder, named]);
  expect(found.map(({ path }) => relative(folder, path))).toEqual(['day/a.png', 'day/#recycle/a.png']);
});
