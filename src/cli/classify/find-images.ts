import { opendir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { errnoOf, messageOf } from '../../errors.js';
import { isSystemName } from '../../files/system-names.js';
import { usageError } from '../options.js';

export interface FoundImage {
  readonly path: string;
  /**
   * Somebody has typed it: then a link is followed. One that lies in a folder may have been put there by
   * anybody.
   */
  readonly isNamed: boolean;
}

const EXTENSIONS = new Set(['.png', '.jpg', '.jpeg', '.tif', '.tiff', '.bmp']);

/**
 * The files that are named, and below the folders that are named everything with an image's name, sorted. A
 * file that is named is taken whatever it is called: its bytes decide. Links to folders are followed where
 * they are named only.
 * @throws SmearwatchError `usage` for a path that is not there
 */
export async function findImages(paths: readonly string[]): Promise<FoundImage[]> {
  const found = new Map<string, FoundImage>();
  for (const path of paths) {
    const stats = await stat(path).catch((error: unknown) => {
      throw usageError(errnoOf(error) === 'ENOENT' ? `${path} does not exist` : messageOf(error));
    });
    const images = stats.isDirectory() ? (await imagesBelow(path)).sort() : [path];
    for (const image of images)
      if (!found.has(image)) found.set(image, { path: image, isNamed: !stats.isDirectory() });
  }
  return [...found.values()];
}

/**
 * As for the daemon, what has an image's name and is no file is not passed over: it is answered with a
 * reason.
 */
async function imagesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of await opendir(folder)) {
    if (entry.name.startsWith('.') || isSystemName(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await imagesBelow(path)));
    else if (EXTENSIONS.has(extname(entry.name).toLowerCase())) found.push(path);
  }
  return found;
}
