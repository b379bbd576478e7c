import { readFile } from 'node:fs/promises';
import { errnoOf } from '../errors.js';
import { manifestInvalid } from './data-failures.js';

export interface ManifestRow {
  readonly class: string;
  readonly source: string;
  readonly group: string;
}

/**
 * The rows of a manifest by file; undefined where there is none. Columns are found by name (`file` and `class` must be
 * there, `source` and `group` may), others are ignored.
 * @throws SmearwatchError `data-manifest-invalid`
 */
export async function readManifest(path: string): Promise<Map<string, ManifestRow> | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw manifestInvalid(path, 'it cannot be read');
  }
  return parseManifest(path, text);
}

function parseManifest(path: string, text: string): Map<string, ManifestRow> {
  const [header = [], ...lines] = parseCsv(text);
  for (const name of ['file', 'class']) {
    if (!header.includes(name)) throw manifestInvalid(path, `it has no column "${name}"`);
  }
  const rows = new Map<string, ManifestRow>();
  for (const fields of lines) {
    const field = (name: string): string => fields[header.indexOf(name)] ?? '';
    const file = field('file');
    if (fields.length !== header.length) {
      throw manifestInvalid(
        path,
        `the line of "${file}" has ${fields.length} fields, the first line ${header.length}`,
      );
    }
    if (rows.has(file)) throw manifestInvalid(path, `it names ${file} twice`);
    rows.set(file, { class: field('class'), source: field('source'), group: field('group') });
  }
  return rows;
}

/** RFC 4180: fields in quotes may hold commas, line ends and doubled quotes. Empty lines are left out. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  // Each match is one field with the separator that ends it: a comma, a line end, or the end of the text.
  for (const [, quoted, plain, end] of text
    .replace(/^\uFEFF/, '')
    .matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
    if (end === '') break;
  }
  return rows;
}
