import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { availableCores } from '../../available-cores.js';
import { forEachLimited } from '../../files/limited.js';

export interface HashOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * Path → SHA-256 of the file's bytes. What cannot be read is not in it; that comes out when it is classified.
 */
export async function hashImages(
  folder: string,
  paths: readonly string[],
  { signal, onProgress }: HashOptions,
): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  let done = 0;
  await forEachLimited(paths, availableCores() + 2, async (path) => {
    signal.throwIfAborted();
    const bytes = await readFile(join(folder, path)).catch(() => undefined);
    if (bytes !== undefined) hashes.set(path, createHash('sha256').update(bytes).digest('hex'));
    onProgress(++done, paths.length);
  });
  return hashes;
}
