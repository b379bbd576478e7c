import { randomUUID } from 'node:crypto';
import { closeSync, fsync as fsyncWithCallback, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { syncFile, syncFileSync, syncFolder, syncFolderSync } from './sync-file.js';

const fsync = promisify(fsyncWithCallback);

export interface ReplaceOptions {
  /**
   * The temporary file, in the folder of the file. A name that is always the same belongs to one writer at a
   * time: the next replacement overwrites what a kill left. By default a new hidden name that ends in `.tmp`.
   */
  readonly temporary?: string;
  /**
   * What is durable when the call returns. `file`: the content, but not yet its name, for a caller that syncs
   * the folder of many files once. `nothing`: readers never see half a file, but a power cut may lose it.
   */
  readonly sync?: 'file and folder' | 'file' | 'nothing';
  /** Called once the new content is complete and synced. What it throws leaves the old file. */
  readonly beforeRename?: () => void;
}

/**
 * Replaces a file, or makes it: readers, and a crash, find the old file or the whole new one. The content is
 * written to a temporary file in its folder, which is synced and renamed; then the folder is synced. Any
 * failure removes the temporary file. Only the syncs leave this thread: every further promise would cost a
 * result file more of the processor than the system calls do.
 * @param content all of it, or its parts in order
 */
export async function replaceFile(
  file: string,
  content: string | Uint8Array | Iterable<Uint8Array>,
  options: ReplaceOptions = {},
): Promise<void> {
  const { temporary = temporaryBeside(file), sync = 'file and folder', beforeRename } = options;
  try {
    const descriptor = openSync(temporary, 'w');
    try {
      const parts = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
      for (const part of parts) writeFileSync(descriptor, part);
      if (sync !== 'nothing') await fsync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    beforeRename?.();
    renameSync(temporary, file);
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
  if (sync === 'file and folder') await syncFolder(dirname(file));
}

/**
 * Replaces a file, as `replaceFile` does, by one that something else writes.
 * @param make makes the temporary file
 * @returns what `make` resolves with
 */
export async function replaceFileBy<T>(
  file: string,
  make: (temporary: string) => Promise<T>,
  options: ReplaceOptions = {},
): Promise<T> {
  const { temporary = temporaryBeside(file), sync = 'file and folder', beforeRename } = options;
  let made: T;
  try {
    made = await make(temporary);
    if (sync !== 'nothing') await syncFile(temporary);
    beforeRename?.();
    await rename(temporary, file);
  } catch (error) {
    // The first failure is the one to report: where the folder is a file, removing fails as well.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  if (sync === 'file and folder') await syncFolder(dirname(file));
  return made;
}

/** `replaceFile` for callers that hold a lock, or let nothing else happen in between. */
export function replaceFileSync(file: string, content: string | Uint8Array, options?: ReplaceOptions): void {
  replaceFileBySync(file, (temporary) => writeFileSync(temporary, content), options);
}

/** `replaceFileBy` for callers that hold a lock, or let nothing else happen in between. */
export function replaceFileBySync<T>(
  file: string,
  make: (temporary: string) => T,
  options: ReplaceOptions = {},
): T {
  const { temporary = temporaryBeside(file), sync = 'file and folder', beforeRename } = options;
  let made: T;
  try {
    made = make(temporary);
    if (sync !== 'nothing') syncFileSync(temporary);
    beforeRename?.();
    renameSync(temporary, file);
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
  if (sync === 'file and folder') syncFolderSync(dirname(file));
  return made;
}

function temporaryBeside(file: string): string {
  return join(dirname(file), `.smearwatch-${randomUUID()}.tmp`);
}

function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // The first failure is the one to report.
  }
}
