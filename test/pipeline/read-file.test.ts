import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readSettledFile } from '../../src/pipeline/read-file.js';
import type { SeenFile } from '../../src/watch/intake.js';
import { temporaryFolder } from '../fixtures/folders.js';

const LIMIT = 1000;

describe('readSettledFile', () => {
  let folder: string;
  let seen: SeenFile;
  beforeEach(() => {
    folder = temporaryFolder();
    writeFileSync(join(folder, 'a.png'), 'content');
    const { size, mtimeMs } = statSync(join(folder, 'a.png'));
    seen = { path: 'a.png', size, mtimeMs };
  });

  const failsWith = (code: string, file: SeenFile = seen) =>
    expect(readSettledFile(folder, file, LIMIT)).rejects.toMatchObject({ code });

  it('gives the bytes of the version that was queued', async () => {
    expect((await readSettledFile(folder, seen, LIMIT)).toString()).toBe('content');
  });

  it('refuses a file that was written again', async () => {
    writeFileSync(join(folder, 'a.png'), 'other content');
    await failsWith('file-changed');
  });

  it('refuses a file of the same size that was written again', async () => {
    utimesSync(join(folder, 'a.png'), 1, 1);
    await failsWith('file-changed');
  });

  it('tells a removed file from a folder that is away', async () => {
    rmSync(join(folder, 'a.png'));
    await failsWith('file-vanished');
    rmSync(folder, { recursive: true });
    await failsWith('folder-missing');
  });

  it('does not read a file that is too large', () =>
    failsWith('file-too-large', { ...{ path: 'a.png', mtimeMs: 1 }, size: LIMIT + 1 }));

  it('follows no link, opens no fifo and no folder', async () => {
    symlinkSync('/etc/hostname', join(folder, 'link.png'));
    await failsWith('file-unreadable', { ...seen, path: 'link.png' });
    execFileSync('mkfifo', [join(folder, 'fifo.png')]);
    await failsWith('file-changed', { ...seen, path: 'fifo.png' });
    mkdirSync(join(folder, 'folder.png'));
    await failsWith('file-changed', { ...seen, path: 'folder.png' });
  });
});
