import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, messageOf } from '../../../errors.js';
import { badWeights, quoted } from '../failures.js';

/**
 * Reads one of a LayersModel's weight files to the beginning of `target`.
 * @returns the file's size in bytes, or that it exceeds `target`, in which case nothing is read
 * @throws SmearwatchError `import-unreadable`
 */
export async function readShard(
  folder: string,
  name: string,
  target: Uint8Array,
): Promise<number | 'too-long'> {
  const handle = await openPlain(join(folder, name), name);
  try {
    const { size } = await handle.stat();
    if (size > target.length) return 'too-long';
    let at = 0;
    while (at < size) {
      const { bytesRead } = await handle.read(target, at, size - at, at);
      if (bytesRead === 0) throw badWeights(`its weights file ${quoted(name)} changed while it was read`);
      at += bytesRead;
    }
    return size;
  } finally {
    await handle.close();
  }
}

/**
 * Flags for plain files: a link could lead out of the folder, and opening a pipe would wait for its other
 * end. Windows has neither flag.
 */
const PLAIN = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

async function openPlain(file: string, name: string): Promise<FileHandle> {
  const handle = await open(file, PLAIN).catch((error: unknown) => {
    throw badWeights(`its weights file ${quoted(name)} ${whyNot(error)}`, error);
  });
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw badWeights(`its weights file ${quoted(name)} is not a file`);
}

function whyNot(error: unknown): string {
  switch (errnoOf(error)) {
    case 'ENOENT':
      return 'is missing';
    case 'ELOOP':
      return 'is a link';
    default:
      return `cannot be read: ${messageOf(error)}`;
  }
}
