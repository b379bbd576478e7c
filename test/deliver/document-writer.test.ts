import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DocumentWriter } from '../../src/deliver/document-writer.js';
import type { DocumentFile } from '../../src/deliver/replace-files.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { WRITER_FILE } from '../fixtures/writer.js';

function writer(): DocumentWriter {
  const made = new DocumentWriter(WRITER_FILE);
  onTestFinished(() => made.close());
  return made;
}

const documentOf = (folder: string, path: string): DocumentFile => ({
  folder,
  scanner: 'left',
  path,
  content: `of ${path}`,
});

describe('DocumentWriter', () => {
  it('writes a group in its thread, and leaves nothing else behind', async () => {
    const folder = temporaryFolder();
    const paths = Array.from({ length: 40 }, (_, index) => `${index % 3}/${index}.png`);
    await writer().write(paths.map((path) => documentOf(folder, path)));
    for (const path of paths)
      expect(readFileSync(join(folder, 'left', `${path}.json`), 'utf8')).toBe(`of ${path}`);
    expect(readdirSync(join(folder, 'left'), { recursive: true })).toHaveLength(43);
  });

  it('writes what it can, reports the failure with its code, and continues', async () => {
    const [folder, broken] = [temporaryFolder(), temporaryFolder()];
    // A file in place of the scanner's folder: no name in it can be written.
    writeFileSync(join(broken, 'left'), '');
    const it = writer();
    const failure = await it
      .write([documentOf(broken, 'a.png'), documentOf(folder, 'b.png')])
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(failure).toMatchObject({ code: 'ENOTDIR' });
    await it.write([documentOf(folder, 'c.png')]);
    expect(readdirSync(join(folder, 'left')).sort()).toEqual(['b.png.json', 'c.png.json']);
  });

  it('starts another thread after one was lost', async () => {
    const folder = temporaryFolder();
    const threadFile = join(folder, 'thread.mjs');
    // Ends at its first group, and writes later ones.
    writeFileSync(
      threadFile,
      `import { existsSync, writeFileSync } from 'node:fs';
       export default ([{ folder, path, content }]) => {
         const file = folder + path;
         if (existsSync(file + '.tried')) return writeFileSync(file, content);
         writeFileSync(file + '.tried', '');
         process.exit(1);
       };`,
    );
    const lost = new DocumentWriter(new URL(`file://${threadFile}`));
    onTestFinished(() => lost.close());
    const file = `${folder}/a.png`;
    await expect(lost.write([documentOf(folder, '/a.png')])).rejects.toThrow();
    expect(existsSync(file)).toBe(false);
    await lost.write([documentOf(folder, '/a.png')]);
    expect(existsSync(file)).toBe(true);
  });

  it('starts no thread without documents', async () => {
    await new DocumentWriter(new URL('file:///nowhere.js')).close();
  });
});
