import { close, constants, fstatSync, open as openCallback, read as readCallback, type Stats } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { errnoOf, SmearwatchError } from '../errors.js';
import { isLossyName, type SeenFile } from '../watch/intake.js';
import {
  fileChanged,
  fileIsLink,
  fileNotRegular,
  fileTooLarge,
  fileUnreadable,
  fileVanished,
  folderMissing,
  nameNotUtf8,
} from './read-failures.js';

const open = promisify(openCallback);
const read = promisify(readCallback);

/**
 * The bytes of a queued file, all of one version: its size and modification time are compared with the queue's before
 * and after reading, so that a file that is being overwritten is never classified half old, half new.
 * Symbolic links are not followed, so that nothing outside the folder is read.
 *
 * Two steps are left to libuv's threads, those that a share which does not answer can hold: opening and reading. Each such
 * step costs 20 to 40 µs of processor time, so that looking at an open file, a system call of 1 µs, is none.
 * `allocate` gives the memory, of at least so many bytes.
 * @throws SmearwatchError `file-vanished`, `folder-missing`, `file-changed`, `file-too-large`, `file-unreadable`,
 *   `file-is-link`, `file-not-regular`, `name-not-utf8`
 */
export async function readSettledFile(
  folder: string,
  file: SeenFile,
  maxBytes: number,
  allocate: (size: number) => Buffer<ArrayBuffer> = (size) => Buffer.allocUnsafeSlow(size),
): Promise<Buffer<ArrayBuffer>> {
  if (file.size > maxBytes) throw fileTooLarge(file.size, maxBytes);
  const path = join(folder, file.path);
  try {
    // What is no file has no size: sockets, FIFOs and devices are not even opened, which would wake who waits for them.
    if (file.size === 0) assertRegular(await lstat(path));
    // O_NONBLOCK: a FIFO may have taken the file's place, and opening it must not wait for a writer.
    const descriptor = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      assertSame(file, fstatSync(descriptor));
      // One read of the known size: `readFile` goes in steps of 512 KB.
      const bytes = allocate(file.size).subarray(0, file.size);
      const { bytesRead } = await read(descriptor, bytes, 0, file.size, 0);
      assertSame(file, fstatSync(descriptor));
      if (bytesRead !== file.size) throw fileChanged();
      return bytes;
    } finally {
      // Nobody waits for it, and what was read is not lost by its failure.
      close(descriptor, () => undefined);
    }
  } catch (error) {
    if (error instanceof SmearwatchError) throw error;
    throw await explain(error, folder, file);
  }
}

function assertSame(file: SeenFile, now: Stats): void {
  assertRegular(now);
  if (now.size !== file.size || now.mtimeMs !== file.mtimeMs) throw fileChanged();
}

function assertRegular(stats: Stats): void {
  const failure = irregular(stats);
  if (failure) throw failure;
}

/** For good: as long as it is there, the watcher has nothing newer to say of this name. */
function irregular(stats: Stats | undefined): SmearwatchError | undefined {
  if (stats === undefined || stats.isFile()) return undefined;
  return stats.isSymbolicLink() ? fileIsLink() : fileNotRegular(stats);
}

async function explain(error: unknown, folder: string, { path }: SeenFile): Promise<SmearwatchError> {
  const errno = errnoOf(error);
  if (errno !== 'ENOENT' && errno !== 'ENOTDIR') {
    // Links and sockets cannot be opened: errnos that say so differ between systems.
    const stats = await lstat(join(folder, path)).catch(() => undefined);
    return irregular(stats) ?? fileUnreadable(error);
  }
  const isFolderThere = await stat(folder).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolderThere) return folderMissing(folder, error);
  return isLossyName(path) ? nameNotUtf8(error) : fileVanished(error);
}
