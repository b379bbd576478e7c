import { join } from 'node:path';
import { SmearwatchError } from '../errors.js';
import { readIfThere } from '../files/read-if-there.js';
import { replaceFile } from '../files/replace-file.js';
import { decodeText } from '../text/decode-text.js';
import type { WrittenSmear } from './task.js';

export const MANIFEST_NAME = 'manifest.csv';
const HEADER = 'file,class,source,group';

/**
 * Adds rows to `outDir/manifest.csv`, each file once: a second run with another seed completes the folder
 * instead of orphaning the first one's images. No field ever needs quoting: names are made by us.
 */
export async function updateManifest(outDir: string, smears: readonly WrittenSmear[]): Promise<string> {
  const path = join(outDir, MANIFEST_NAME);
  const rows = await readRows(path);
  for (const { file, cellClass, group } of smears) rows.set(file, `${file},${cellClass},synthetic,${group}`);
  await replaceFile(path, [HEADER, ...rows.values(), ''].join('\n'), { sync: 'nothing' });
  return path;
}

/** Row by file name. @throws SmearwatchError `manifest-foreign` when the file is not one of ours */
export async function readRows(path: string): Promise<Map<string, string>> {
  const bytes = await readIfThere(path);
  if (bytes === undefined) return new Map();
  const text = decodeText(bytes, ({ what, hint }) => manifestForeign(path, what, hint));
  const [header, ...rows] = text.split(/\r?\n/).filter((line) => line !== '');
  if (header !== HEADER) {
    throw manifestForeign(path, `its first line is not "${HEADER}"`, 'Generate into an empty folder.');
  }
  return new Map(rows.map((row) => [row.slice(0, row.indexOf(',')), row]));
}

function manifestForeign(path: string, what: string, hint: string): SmearwatchError {
  return new SmearwatchError('manifest-foreign', `${path} is not a manifest of generated smears: ${what}`, {
    hint,
  });
}
