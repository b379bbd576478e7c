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
 * Maps each path to the SHA-256 of the file's bytes. Unreadable files are left out; classification reports
 * them.
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
