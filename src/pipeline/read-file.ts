import { constants, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, messageOf, SmearwatchError } from '../errors.js';
import type { SeenFile } from '../watch/intake.js';

/**
 * The bytes of a queued file, all of one version: its size and modification time are compared with the queue's before
 * and after reading, so that a file that is being overwritten is never classified half old, half new.
 * Symbolic links are not followed out of the folder, and fifos and devices are never opened for reading.
 * @throws SmearwatchError `file-vanished`, `folder-missing`, `file-changed`, `file-too-large`, `file-unreadable`
 */
export async function readSettledFile(folder: string, file: SeenFile, maxBytes: number): Promise<Buffer> {
  if (file.size > maxBytes) {
    throw new SmearwatchError(`The file has ${file.size} bytes; the limit is ${maxBytes}`, {
      code: 'file-too-large',
      hint: 'Raise pipeline.maxFileBytes if the scanner really writes such files.',
    });
  }
  try {
    // O_NONBLOCK: opening a fifo must not wait for a writer.
    const handle = await open(
      join(folder, file.path),
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
    try {
      assertSame(file, await handle.stat());
      // One read of the known size: `readFile` goes in steps of 512 KB.
      const bytes = Buffer.allocUnsafeSlow(file.size);
      const { bytesRead } = await handle.read(bytes, 0, file.size, 0);
      assertSame(file, await handle.stat());
      if (bytesRead !== file.size) throw changed();
      return bytes;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof SmearwatchError) throw error;
    throw await explain(error, folder);
  }
}

function assertSame(file: SeenFile, now: { size: number; mtimeMs: number; isFile(): boolean }): void {
  if (!now.isFile() || now.size !== file.size || now.mtimeMs !== file.mtimeMs) throw changed();
}

function changed(): SmearwatchError {
  return new SmearwatchError('The file is being written again', { code: 'file-changed' });
}

async function explain(error: unknown, folder: string): Promise<SmearwatchError> {
  const errno = errnoOf(error);
  if (errno !== 'ENOENT' && errno !== 'ENOTDIR') {
    return new SmearwatchError(`The file cannot be read: ${messageOf(error)}`, {
      code: 'file-unreadable',
      hint: 'Check the permissions of the file and its folders, and the disk or network share.',
      cause: error,
    });
  }
  const isFolderThere = await stat(folder).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  return isFolderThere
    ? new SmearwatchError('The file was removed before it could be read', {
        code: 'file-vanished',
        cause: error,
      })
    : new SmearwatchError(`The folder ${folder} is not there`, { code: 'folder-missing', cause: error });
}
