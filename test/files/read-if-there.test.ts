import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readIfThere } from '../../src/files/read-if-there.js';
import { temporaryFolder } from '../fixtures/folders.js';

it('A file that exists is read; one that does not exist is undefined', async () => {
  const file = join(temporaryFolder(), 'a');
  expect(await readIfThere(file)).toBeUndefined();
  writeFileSync(file, 'x');
  expect((await readIfThere(file))?.toString()).toBe('x');
});

it('A folder, or a file below a file, is a failure and not a missing file', async () => {
  const folder = temporaryFolder();
  await expect(readIfThere(folder)).rejects.toMatchObject({ code: 'EISDIR' });
  writeFileSync(join(folder, 'a'), '');
  await expect(readIfThere(join(folder, 'a', 'b'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});
