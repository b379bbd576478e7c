import { constants, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '../errors.js';
import { faultPoint } from '../faults.js';
import { replaceFileBy } from '../files/replace-file.js';
import { hashOfPath } from './refused-name.js';

/**
 * Moves a file, also to another file system, and replaces an existing target. The caller must sync the
 * folders.
 */
export async function moveFile(source: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  try {
    await rename(source, target);
  } catch (error) {
    if (errnoOf(error) !== 'EXDEV') throw error;
    await moveAcrossFileSystems(source, target);
  }
}

/** Copies, syncs and renames into place before removing the source: at every moment one whole file exists. */
async function moveAcrossFileSystems(source: string, target: string): Promise<void> {
  // The two file systems are independent: the new name must be durable before the source is removed.
  await replaceFileBy(target, (temporary) => copyFile(source, temporary, constants.COPYFILE_FICLONE), {
    temporary: join(dirname(target), `.${hashOfPath(target)}.tmp`),
    beforeRename: () => faultPoint('move-copied'),
  });
  faultPoint('move-renamed');
  await rm(source);
}
