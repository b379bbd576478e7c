import { open } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf, SmearwatchError } from '../../errors.js';
import { decodeCsv, parseCsv, type CsvForm, type CsvRow } from '../../text/parse-csv.js';
import { csvInvalid } from './failures.js';
import { labelRequestSchema, type LabelRequest } from './label-request.js';

/** Largest CSV file: about half a million labels. More labels need several files. */
const LONGEST_FILE_BYTES = 67_108_864;
const COLUMNS = ['sha256', 'scanner', 'path', 'class', 'by'];

/** Values for empty fields of a row, or for all rows when the file has no such column. */
export interface CsvDefaults {
  readonly scanner: string | undefined;
  readonly by: string | undefined;
}

export interface CsvLabels {
  readonly labels: LabelRequest[];
  /** Line of each label in the file, from 1. */
  readonly lines: number[];
}

/**
 * Reads labels from a CSV file with the columns class, sha256 or path (then with scanner), and by.
 * @throws SmearwatchError `label-csv-invalid`
 */
export async function readLabelsCsv(file: string, defaults: CsvDefaults): Promise<CsvLabels> {
  const bytes = await readBounded(file);
  const refuse: CsvForm['refuse'] = (what, hint, cause) => csvInvalid(file, what, hint, cause);
  const rows = parseCsv(decodeCsv(bytes, { refuse }), {
    refuse,
    required: ['class'],
    checkColumns: (columns) => checkColumns(file, columns),
  });
  return {
    labels: rows.map((row) => toRequest(file, row, defaults)),
    lines: rows.map(({ line }) => line),
  };
}

async function readBounded(file: string): Promise<Buffer> {
  try {
    const handle = await open(file);
    try {
      const { size } = await handle.stat();
      if (size > LONGEST_FILE_BYTES)
        throw csvInvalid(file, `it has ${size} bytes, more than ${LONGEST_FILE_BYTES}; divide it`);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw error instanceof SmearwatchError
      ? error
      : csvInvalid(file, messageOf(error), 'Check that it is a file and that you may read it.', error);
  }
}

function checkColumns(file: string, columns: readonly string[]): void {
  if (!columns.includes('sha256') && !columns.includes('path'))
    throw csvInvalid(file, 'it has neither a column "sha256" nor "path"');
  const odd = columns.find((name) => name !== '' && !COLUMNS.includes(name));
  if (odd !== undefined) throw csvInvalid(file, `it has a column "${odd}"; known are ${COLUMNS.join(', ')}`);
}

function toRequest(file: string, { line, record }: CsvRow, defaults: CsvDefaults): LabelRequest {
  const { sha256 = '', scanner = '', path = '', class: name = '', by = '', ['']: unnamed = '' } = record;
  if (unnamed !== '') throw csvInvalid(`${file}:${line}`, `the column of "${unnamed}" has no name`);
  const place =
    sha256 === '' ? { scanner: scanner || defaults.scanner, path } : { sha256: sha256.toLowerCase() };
  const checked = labelRequestSchema.safeParse({ ...place, class: name, by: by || defaults.by });
  if (checked.success) return checked.data;
  throw csvInvalid(`${file}:${line}`, z.prettifyError(checked.error), undefined, checked.error);
}
