import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  replaceFile,
  replaceFileBy,
  replaceFileBySync,
  replaceFileSync,
  type ReplaceOptions,
} from '../../src/files/replace-file.js';
import { temporaryFolder } from '../fixtures/folders.js';

type Replace = (file: string, content: string, options?: ReplaceOptions) => Promise<void>;
type ReplaceBy = (file: string, make: (temporary: string) => void) => Promise<void>;

const WAYS: readonly { name: string; replace: Replace; replaceBy: ReplaceBy }[] = [
  {
    name: 'asynchronously',
    replace: replaceFile,
    replaceBy: (file, make) => replaceFileBy(file, promised(make)),
  },
  {
    name: 'synchronously',
    replace: promised(replaceFileSync),
    replaceBy: promised(replaceFileBySync),
  },
];

/** The same for callers that wait: what it throws is a rejection. */
function promised<Values extends unknown[]>(
  act: (...values: Values) => void,
): (...values: Values) => Promise<void> {
  return (...values) =>
    new Promise((resolve) => {
      act(...values);
      resolve();
    });
}

/** A folder with an old file in it. */
function oldFile(): { folder: string; file: string } {
  const folder = temporaryFolder();
  const file = join(folder, 'kept.json');
  writeFileSync(file, 'old');
  return { folder, file };
}

/**
 * A temporary file that is a link to a device, whose failures are real ones; removing it removes only the
 * link.
 */
function linkTo(device: string, folder: string): string {
  const link = join(folder, '.link.tmp');
  symlinkSync(device, link);
  return link;
}

describe.each(WAYS)('A file that is replaced $name', ({ replace, replaceBy }) => {
  it('has the new content, and nothing else is left', async () => {
    const { folder, file } = oldFile();
    await replace(file, 'new');
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['kept.json']);
  });

  it('is made where it does not exist', async () => {
    const file = join(temporaryFolder(), 'made.json');
    await replace(file, 'new');
    expect(readFileSync(file, 'utf8')).toBe('new');
  });

  it('is another file: a reader that has the old one open reads the old one to its end', async () => {
    const { file } = oldFile();
    const before = statSync(file).ino;
    await replace(file, 'new');
    expect(statSync(file).ino).not.toBe(before);
  });

  it('overwrites the temporary file that a kill left, when its name is always the same', async () => {
    const { folder, file } = oldFile();
    const temporary = join(folder, '.kept.tmp');
    writeFileSync(temporary, 'half of something longer');
    await replace(file, 'new', { temporary });
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['kept.json']);
  });

  it('is complete next to the old one when `beforeRename` is called', async () => {
    const { folder, file } = oldFile();
    const temporary = join(folder, '.kept.tmp');
    const seen: string[] = [];
    const beforeRename = (): void => {
      for (const each of [file, temporary]) seen.push(readFileSync(each, 'utf8'));
    };
    await replace(file, 'new', { temporary, beforeRename });
    expect(seen).toEqual(['old', 'new']);
  });

  it('keeps its old content when what makes the new one fails halfway', async () => {
    const { folder, file } = oldFile();
    const failing = replaceBy(file, (temporary) => {
      writeFileSync(temporary, 'half');
      throw new Error('no more');
    });
    await expect(failing).rejects.toThrow('no more');
    expectOld(folder, file);
  });

  it.skipIf(process.platform !== 'linux')('keeps its old content when the disk is full', async () => {
    const { folder, file } = oldFile();
    const temporary = linkTo('/dev/full', folder);
    await expect(replace(file, 'new', { temporary })).rejects.toMatchObject({ code: 'ENOSPC' });
    expectOld(folder, file);
  });

  it.skipIf(process.platform !== 'linux')('keeps its old content when syncing fails', async () => {
    const { folder, file } = oldFile();
    const temporary = linkTo('/dev/null', folder);
    await expect(replace(file, 'new', { temporary })).rejects.toMatchObject({ syscall: 'fsync' });
    expectOld(folder, file);
  });

  it.skipIf(process.platform !== 'linux')('is not synced when nothing has to be durable', async () => {
    const { folder, file } = oldFile();
    await replace(file, 'new', { temporary: linkTo('/dev/null', folder), sync: 'nothing' });
    expect(readdirSync(folder)).toEqual(['kept.json']);
  });

  it('keeps its old content when `beforeRename` refuses', async () => {
    const { folder, file } = oldFile();
    const beforeRename = (): never => {
      throw new Error('refused');
    };
    await expect(replace(file, 'new', { beforeRename })).rejects.toThrow('refused');
    expectOld(folder, file);
  });

  it('leaves a folder of its name as it is, and no temporary file', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'taken');
    mkdirSync(file);
    writeFileSync(join(file, 'inside'), 'old');
    await expect(replace(file, 'new')).rejects.toMatchObject({ syscall: 'rename' });
    expectOld(file, join(file, 'inside'), ['inside']);
    expect(readdirSync(folder)).toEqual(['taken']);
  });

  it('fails with the first failure where the folder is missing, or is a file', async () => {
    const { folder, file } = oldFile();
    await expect(replace(join(folder, 'none', 'x'), 'new')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(replace(join(file, 'x'), 'new')).rejects.toMatchObject({ code: 'ENOTDIR' });
    expectOld(folder, file);
  });

  it.skipIf(process.getuid?.() === 0)('keeps its old content in a folder that is read-only', async () => {
    const { folder, file } = oldFile();
    chmodSync(folder, 0o500);
    await expect(replace(file, 'new')).rejects.toMatchObject({ code: 'EACCES' });
    chmodSync(folder, 0o700);
    expectOld(folder, file);
  });
});

describe('Content in parts', () => {
  it('is written in order', async () => {
    const { file } = oldFile();
    await replaceFile(file, [Buffer.from('one '), new Uint8Array(Buffer.from('two'))]);
    expect(readFileSync(file, 'utf8')).toBe('one two');
  });

  it('that fails halfway leaves the old file', async () => {
    const { folder, file } = oldFile();
    function* parts(): Generator<Uint8Array> {
      yield Buffer.alloc(1_000_000);
      throw new Error('no more');
    }
    await expect(replaceFile(file, parts())).rejects.toThrow('no more');
    expectOld(folder, file);
  });
});

it('A file that is only readable is synced as well: a copy has the mode of its source', async () => {
  const { file } = oldFile();
  await replaceFileBy(file, (temporary) => {
    writeFileSync(temporary, 'new', { mode: 0o444 });
    return Promise.resolve();
  });
  expect(readFileSync(file, 'utf8')).toBe('new');
});

it('What makes the file also says what the caller gets', async () => {
  const { file } = oldFile();
  await expect(
    replaceFileBy(file, async (temporary) => (await replaceFile(temporary, 'x'), 3)),
  ).resolves.toBe(3);
  expect(replaceFileBySync(file, (temporary) => (replaceFileSync(temporary, 'x'), 3))).toBe(3);
});

function expectOld(folder: string, file: string, names = ['kept.json']): void {
  expect(readFileSync(file, 'utf8')).toBe('old');
  expect(readdirSync(folder)).toEqual(names);
}
