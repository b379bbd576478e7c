import { readFile } from 'node:fs/promises';
import { CsvError, parse } from 'csv-parse/sync';
import { errnoOf } from '../errors.js';
import { manifestInvalid } from './failures.js';

export interface ManifestRow {
  readonly class: string;
  readonly source: string;
  readonly group: string;
  /** Every column by its name, those above included. */
  readonly columns: Readonly<Record<string, string>>;
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
  const rows = new Map<string, ManifestRow>();
  for (const record of parseRecords(path, text)) {
    const { file = '', class: name = '', source = '', group = '' } = record;
    if (rows.has(file)) throw manifestInvalid(path, `it names ${file} twice`);
    rows.set(file, { class: name, source, group, columns: record });
  }
  return rows;
}

/** RFC 4180; empty lines are left out. */
function parseRecords(path: string, text: string): Readonly<Record<string, string>>[] {
  try {
    return parse(text, {
      bom: true,
      skip_empty_lines: true,
      columns: (header: string[]) => checked(path, header),
    });
  } catch (error) {
    if (error instanceof CsvError) throw manifestInvalid(path, error.message);
    throw error;
  }
}

function checked(path: string, header: string[]): string[] {
  const missing = ['file', 'class'].find((name) => !header.includes(name));
  if (missing !== undefined) throw manifestInvalid(path, `it has no column "${missing}"`);
  return header;
}
