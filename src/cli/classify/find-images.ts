import { opendir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { errnoOf, messageOf } from '../../errors.js';
import { isSystemName } from '../../files/system-names.js';
import { usageError } from '../options.js';

export interface FoundImage {
  readonly path: string;
  /**
   * True for a path that the user typed: its link is followed. Anyone may have put a link into a folder.
   */
  readonly isNamed: boolean;
}

const EXTENSIONS = new Set(['.png', '.jpg', '.jpeg', '.tif', '.tiff', '.bmp']);

/**
 * Returns the named files, and all files with an image's extension below the named folders, sorted. A named
 * file needs no such extension: its bytes decide. A link to a folder is followed only if it is named.
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
 * Lists everything with an image's extension. Like the daemon, it does not skip links, sockets or devices:
 * each of them is reported with a reason.
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
