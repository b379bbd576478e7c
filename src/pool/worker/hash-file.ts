import { hash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { readTimeout } from '../../files/read-failures.js';
import { readSettledFile } from '../../files/read-settled-file.js';
import type { SeenFile } from '../../files/seen-file.js';
import { within } from '../../within.js';
import type { PrepareLimits, HashedFile } from '../protocol.js';

export interface FileHashOptions extends Pick<PrepareLimits, 'readWithinMs'> {
  readonly maxBytes: number;
  /** Returns memory of at least the requested size; it is not used any more when the promise resolves. */
  readonly allocate: (size: number) => Buffer<ArrayBuffer>;
}

/**
 * Reads on libuv's threads and hashes on the calling one.
 * @throws SmearwatchError those of `readSettledFile`, and `read-timeout`: its memory may still be written to
 */
export async function hashFile(
  folder: string,
  file: SeenFile,
  { readWithinMs, ...options }: FileHashOptions,
): Promise<HashedFile> {
  return within(readWithinMs, readAndHash(folder, file, options), {
    late: () => {
      throw readTimeout(folder, readWithinMs);
    },
  });
}

async function readAndHash(
  folder: string,
  file: SeenFile,
  options: Omit<FileHashOptions, 'readWithinMs'>,
): Promise<HashedFile> {
  // Before the bytes: the next rescan notices any later change. If this fails, the read below reports why.
  const stats = await lstat(join(folder, file.path)).catch(() => undefined);
  const bytes = await readSettledFile(folder, file, options);
  return { sha256: hash('sha256', bytes, 'hex'), ctimeMs: stats?.ctimeMs ?? 0, inode: stats?.ino ?? 0 };
}
