import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SmearwatchError } from '../../src/errors.js';
import { DocumentWriter } from '../../src/deliver/document-writer.js';
import type { DocumentFile } from '../../src/deliver/replace-files.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { WRITER_FILE } from '../fixtures/writer.js';

function writer(): DocumentWriter {
  const made = new DocumentWriter(WRITER_FILE);
  onTestFinished(() => made.close());
  return made;
}

const documentIn = (folder: string, name: string): DocumentFile => ({
  file: join(folder, name),
  plainFile: join(folder, `plain-${name.replace(/\W/g, '_')}`),
  content: `of ${name}`,
});

describe('DocumentWriter', () => {
  it('writes a group in its thread, and leaves nothing else behind', async () => {
    const folder = temporaryFolder();
    const names = Array.from({ length: 40 }, (_, index) => `${index % 3}/${index}.json`);
    await writer().write(names.map((name) => documentIn(folder, name)));
    for (const name of names) expect(readFileSync(join(folder, name), 'utf8')).toBe(`of ${name}`);
    expect(readdirSync(folder, { recursive: true })).toHaveLength(43);
  });

  it('writes what it can, says what failed with its code, and goes on', async () => {
    const folder = temporaryFolder();
    // The plain name is taken by a folder as well.
    mkdirSync(join(folder, 'a.json'));
    mkdirSync(join(folder, 'plain-a_json'));
    const it = writer();
    const both = ['a.json', 'b.json'].map((name) => documentIn(folder, name));
    const failure = await it.write(both).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SmearwatchError);
    expect(failure).toMatchObject({ code: 'EISDIR' });
    expect(readFileSync(join(folder, 'b.json'), 'utf8')).toBe('of b.json');
    await it.write([documentIn(folder, 'c.json')]);
    expect(readdirSync(folder).sort()).toEqual(['a.json', 'b.json', 'c.json', 'plain-a_json']);
  });

  it('has another thread when one was lost', async () => {
    const folder = temporaryFolder();
    const threadFile = join(folder, 'thread.mjs');
    // Ends at its first group, and writes later ones.
    writeFileSync(
      threadFile,
      `import { existsSync, writeFileSync } from 'node:fs';
       export default ([{ file, content }]) => {
         if (existsSync(file + '.tried')) return writeFileSync(file, content);
         writeFileSync(file + '.tried', '');
         process.exit(1);
       };`,
    );
    const lost = new DocumentWriter(new URL(`file://${threadFile}`));
    onTestFinished(() => lost.close());
    const document = documentIn(folder, 'a.json');
    await expect(lost.write([document])).rejects.toThrow();
    expect(existsSync(document.file)).toBe(false);
    await lost.write([document]);
    expect(existsSync(document.file)).toBe(true);
  });

  it('starts no thread for nothing', async () => {
    await new DocumentWriter(new URL('file:///nowhere.js')).close();
  });
});
