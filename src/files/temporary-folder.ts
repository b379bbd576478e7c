import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../errors.js';

/** Names that no listing shows: temporary folders, and what a crash left of them. */
const TEMPORARY_PREFIX = '.incoming-';
const LEFTOVER_MS = 24 * 60 * 60 * 1000;

/**
 * A new empty folder in `parent` for what will be renamed into place. Older ones that a crash left are
 * removed.
 */
export async function makeTemporaryFolder(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  await removeLeftovers(parent);
  const folder = join(parent, `${TEMPORARY_PREFIX}${process.pid}-${randomUUID()}`);
  await mkdir(folder);
  return folder;
}

async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(TEMPORARY_PREFIX)) continue;
    const folder = join(parent, name);
    // Another process may remove or rename it at this moment: then it is gone, which is what was wanted.
    const age = await stat(folder).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > LEFTOVER_MS) await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Renames a finished folder into place.
 * @returns false when something is there already: rename never replaces a folder that is not empty
 */
export async function moveIntoPlace(folder: string, target: string): Promise<boolean> {
  try {
    await rename(folder, target);
    return true;
  } catch (error) {
    const exists = await stat(target).then(
      () => true,
      () => false,
    );
    if (exists && ['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES'].includes(errnoOf(error) ?? '')) return false;
    throw error;
  }
}
