import { opendir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { errnoOf, messageOf } from '../../errors.js';
import { usageError } from '../options.js';

const EXTENSIONS = new Set(['.png', '.jpg', '.jpeg', '.tif', '.tiff', '.bmp']);

/**
 * The files that are named, and every image below the folders that are named, sorted. A file that is named is taken
 * whatever it is called: its bytes decide.
 * @throws SmearwatchError `usage` for a path that is not there
 */
export async function findImages(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const stats = await stat(path).catch((error: unknown) => {
      throw usageError(errnoOf(error) === 'ENOENT' ? `${path} does not exist` : messageOf(error));
    });
    if (stats.isDirectory()) found.push(...(await imagesBelow(path)).sort());
    else found.push(path);
  }
  return [...new Set(found)];
}

async function imagesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of await opendir(folder)) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await imagesBelow(path)));
    else if (entry.isFile() && EXTENSIONS.has(extname(entry.name).toLowerCase())) found.push(path);
  }
  return found;
}
