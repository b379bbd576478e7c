import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { SmearwatchError } from '../../src/errors.js';
import { fileUnreadable } from '../../src/files/read-failures.js';
import { inPlace, onThreads, readSettledFile, type FileAccess } from '../../src/files/read-settled-file.js';
import type { SeenFile } from '../../src/files/seen-file.js';
import { temporaryFolder } from '../fixtures/folders.js';

const LIMIT = 1000;

describe.each([
  ['on threads', onThreads],
  ['in place', inPlace],
])('readSettledFile %s', (_where, access) => {
  const options = { maxBytes: LIMIT, access };
  let folder: string;
  let seen: SeenFile;
  beforeEach(() => {
    folder = temporaryFolder();
    writeFileSync(join(folder, 'a.png'), 'content');
    const { size, mtimeMs } = statSync(join(folder, 'a.png'));
    seen = { path: 'a.png', size, mtimeMs };
  });

  const failsWith = (code: string, file: SeenFile = seen) =>
    expect(readSettledFile(folder, file, options)).rejects.toMatchObject({ code });

  it('gives the bytes of the version that was queued', async () => {
    expect((await readSettledFile(folder, seen, options)).toString()).toBe('content');
  });

  it('refuses a file that was written again', async () => {
    writeFileSync(join(folder, 'a.png'), 'other content');
    await failsWith('file-changed');
  });

  it('refuses a file of the same size that was written again', async () => {
    utimesSync(join(folder, 'a.png'), 1, 1);
    await failsWith('file-changed');
  });

  it('refuses a file that was written while it was read, although its time was set back', async () => {
    const path = join(folder, 'a.png');
    const { mtime } = statSync(path);
    utimesSync(path, mtime, mtime);
    const file = { ...seen, mtimeMs: statSync(path).mtimeMs };
    const { ctimeMs } = statSync(path);
    const whileRead: FileAccess = {
      ...access,
      read: async (descriptor, into, length) => {
        const bytesRead = await access.read(descriptor, into, length);
        // A file system's clock may tick only every few milliseconds.
        while (statSync(path).ctimeMs === ctimeMs) {
          writeFileSync(path, 'CONTENT');
          utimesSync(path, mtime, mtime);
        }
        return bytesRead;
      },
    };
    const reading = readSettledFile(folder, file, { ...options, access: whileRead });
    await expect(reading).rejects.toMatchObject({ code: 'file-changed' });
  });

  it('distinguishes a removed file from a missing folder', async () => {
    rmSync(join(folder, 'a.png'));
    await failsWith('file-vanished');
    rmSync(folder, { recursive: true });
    await failsWith('folder-missing');
  });

  it('does not read a file that is too large', () =>
    failsWith('file-too-large', { path: 'a.png', mtimeMs: 1, size: LIMIT + 1 }));

  it('follows no link', async () => {
    symlinkSync('/etc/hostname', join(folder, 'link.png'));
    symlinkSync('nowhere', join(folder, 'dangling.png'));
    for (const path of ['link.png', 'dangling.png']) await failsWith('file-is-link', { ...seen, path });
  });

  it.each([0, 7])(
    'opens no FIFO, socket or folder, also not in the place of a file of %i bytes',
    async (size) => {
      execFileSync('mkfifo', [join(folder, 'fifo.png')]);
      const server = createServer().listen(join(folder, 'socket.png'));
      onTestFinished(() => void server.close());
      await once(server, 'listening');
      mkdirSync(join(folder, 'folder.png'));
      await failsWith('file-not-regular', { ...seen, size, path: 'fifo.png' });
      await failsWith('file-not-regular', { ...seen, size, path: 'folder.png' });
      await failsWith('file-not-regular', { ...seen, size, path: 'socket.png' });
    },
  );

  it('says what it is that has the name of an image', async () => {
    mkdirSync(join(folder, 'folder.png'));
    const reading = readSettledFile(folder, { ...seen, path: 'folder.png' }, options);
    await expect(reading).rejects.toThrow('It is a folder with the name of an image');
  });

  it('tells a name that is not UTF-8 from a file that has gone', async () => {
    writeFileSync(
      Buffer.concat([Buffer.from(`${folder}/`), Buffer.of(0xff), Buffer.from('.png')]),
      'content',
    );
    await failsWith('path-too-long', { ...seen, path: `${'d/'.repeat(2100)}a.png` });
    await failsWith('name-not-utf8', { ...seen, path: '\uFFFD.png' });
    await failsWith('file-vanished', { ...seen, path: 'b.png' });
  });

  it('gives the whole image also when it is removed while it is read', async () => {
    const reading = readSettledFile(folder, seen, options);
    rmSync(join(folder, 'a.png'));
    // Open already, or not yet: all of it, or a stated failure.
    const outcome = await reading.then(String, (error: unknown) => (error as SmearwatchError).code);
    expect(['content', 'file-vanished']).toContain(outcome);
  });
});

describe('fileUnreadable', () => {
  it('says in words what may not be read', () => {
    const refused = Object.assign(new Error("EACCES: permission denied, open 'a.png'"), { code: 'EACCES' });
    expect(fileUnreadable(refused)).toMatchObject({
      code: 'file-unreadable',
      message: "Smearwatch may not read the file (EACCES: permission denied, open 'a.png')",
    });
  });
});
