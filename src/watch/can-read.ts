import { opendir } from 'node:fs/promises';

/**
 * Whether a folder is there and may be read, by what a rescan begins with: permissions do not tell the truth
 * on shares.
 */
export async function canRead(folder: string): Promise<boolean> {
  try {
    const entries = await opendir(folder);
    await entries.close();
    return true;
  } catch {
    // The rescan that follows says what is wrong.
    return false;
  }
}
