import { join } from 'node:path';
import { SmearwatchError } from '../errors.js';
import { readIfThere } from '../files/read-if-there.js';
import { replaceFile } from '../files/replace-file.js';
import { decodeText } from '../text/decode-text.js';
import type { WrittenSmear } from './task.js';

export const MANIFEST_NAME = 'manifest.csv';
const HEADER = 'file,class,source,group';

/**
 * Adds rows to `outDir/manifest.csv`, each file once: a second run with another seed extends the manifest
 * instead of replacing the first one's rows. No field needs quoting, because all names are generated here.
 */
export async function updateManifest(outDir: string, smears: readonly WrittenSmear[]): Promise<string> {
  const path = join(outDir, MANIFEST_NAME);
  const rows = await readRows(path);
  for (const { file, cellClass, group } of smears) rows.set(file, `${file},${cellClass},synthetic,${group}`);
  await replaceFile(path, [HEADER, ...rows.values(), ''].join('\n'), { sync: 'nothing' });
  return path;
}

/**
 * Reads the rows by file name. @throws SmearwatchError `manifest-foreign` when the generator did not write
 * the file
 */
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
