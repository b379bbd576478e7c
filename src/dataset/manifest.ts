import { readFile } from 'node:fs/promises';
import { errnoOf } from '../errors.js';
import { decodeCsv, parseCsv } from '../text/parse-csv.js';
import { manifestInvalid } from './failures.js';

export interface ManifestRow {
  readonly class: string;
  readonly source: string;
  readonly group: string;
  /** All columns by name, including those above. */
  readonly columns: Readonly<Record<string, string>>;
}

/**
 * Reads the rows of a manifest by file; undefined when it is missing. Columns are found by name (`file` and
 * `class` are required, `source` and `group` optional), others are ignored.
 * @throws SmearwatchError `data-manifest-invalid`
 */
export async function readManifest(path: string): Promise<Map<string, ManifestRow> | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw manifestInvalid(path, 'it cannot be read');
  }
  return parseManifest(path, bytes);
}

function parseManifest(path: string, bytes: Buffer): Map<string, ManifestRow> {
  const rows = new Map<string, ManifestRow>();
  const lines = new Map<string, number>();
  const refuse = (what: string, hint?: string): Error => manifestInvalid(path, what, hint);
  const text = decodeCsv(bytes, { refuse });
  for (const { line, record } of parseCsv(text, { required: ['file', 'class'], refuse })) {
    const { file = '', class: name = '', source = '', group = '' } = record;
    const earlier = lines.get(file);
    if (earlier !== undefined) throw refuse(`lines ${earlier} and ${line} both name ${file}`);
    lines.set(file, line);
    rows.set(file, { class: name, source, group, columns: record });
  }
  return rows;
}
