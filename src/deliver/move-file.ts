import { constants, copyFile, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '../errors.js';
import { faultPoint } from '../faults.js';
import { syncFolder } from '../files/sync-folder.js';
import { hashOfPath } from './refused-name.js';

/** Moves a file, also to another file system, over what is there. The folders have still to be synced. */
export async function moveFile(source: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  try {
    await rename(source, target);
  } catch (error) {
    if (errnoOf(error) !== 'EXDEV') throw error;
    await moveAcrossFileSystems(source, target);
  }
}

/** Copied, synced and renamed into place before the source goes: at every moment one whole file exists. */
async function moveAcrossFileSystems(source: string, target: string): Promise<void> {
  const temporary = join(dirname(target), `.${hashOfPath(target)}.tmp`);
  try {
    await copyFile(source, temporary, constants.COPYFILE_FICLONE);
    const handle = await open(temporary, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    faultPoint('move-copied');
    await rename(temporary, target);
  } catch (error) {
    // The first failure is the one to tell.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  // The file systems know nothing of each other: the name must be durable here before it goes there.
  await syncFolder(dirname(target));
  faultPoint('move-renamed');
  await rm(source);
}
