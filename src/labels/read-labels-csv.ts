import { open } from 'node:fs/promises';
import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';
import { messageOf, SmearwatchError } from '../errors.js';
import { csvInvalid } from './failures.js';
import { labelRequestSchema, type LabelRequest } from './label-request.js';

/** Half a million labels; more go into several files. */
const LONGEST_FILE_BYTES = 67_108_864;
const COLUMNS = ['sha256', 'scanner', 'path', 'class', 'by'];

/** What stands in a row that leaves it empty, or in all of them when the file has no such column. */
export interface CsvDefaults {
  readonly scanner: string | undefined;
  readonly by: string | undefined;
}

export interface CsvLabels {
  readonly labels: LabelRequest[];
  /** Line of each in the file, from 1. */
  readonly lines: number[];
}

/**
 * Labels from a CSV file (RFC 4180) with the columns class, sha256 or path (then with scanner), and by.
 * @throws SmearwatchError `label-csv-invalid`
 */
export async function readLabelsCsv(file: string, defaults: CsvDefaults): Promise<CsvLabels> {
  const text = await readBounded(file);
  const rows = parseRows(file, text);
  return {
    labels: rows.map(({ record, info }) => toRequest(file, info.lines, record, defaults)),
    lines: rows.map(({ info }) => info.lines),
  };
}

interface Row {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

async function readBounded(file: string): Promise<string> {
  try {
    const handle = await open(file);
    try {
      const { size } = await handle.stat();
      if (size > LONGEST_FILE_BYTES)
        throw csvInvalid(file, `it has ${size} bytes, more than ${LONGEST_FILE_BYTES}; divide it`);
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw error instanceof SmearwatchError ? error : csvInvalid(file, messageOf(error), error);
  }
}

function parseRows(file: string, text: string): Row[] {
  try {
    return parse(text, {
      bom: true,
      info: true,
      skip_empty_lines: true,
      trim: true,
      columns: (header: string[]) => checkedHeader(file, header),
    });
  } catch (error) {
    throw error instanceof CsvError ? csvInvalid(file, error.message, error) : error;
  }
}

function checkedHeader(file: string, header: string[]): string[] {
  if (!header.includes('class')) throw csvInvalid(file, 'it has no column "class"');
  if (!header.includes('sha256') && !header.includes('path'))
    throw csvInvalid(file, 'it has neither a column "sha256" nor "path"');
  const odd = header.find((name) => !COLUMNS.includes(name));
  if (odd !== undefined) throw csvInvalid(file, `it has a column "${odd}"; known are ${COLUMNS.join(', ')}`);
  return header;
}

function toRequest(
  file: string,
  line: number,
  { sha256 = '', scanner = '', path = '', class: name = '', by = '' }: Readonly<Record<string, string>>,
  defaults: CsvDefaults,
): LabelRequest {
  const place =
    sha256 === '' ? { scanner: scanner || defaults.scanner, path } : { sha256: sha256.toLowerCase() };
  const checked = labelRequestSchema.safeParse({ ...place, class: name, by: by || defaults.by });
  if (checked.success) return checked.data;
  throw csvInvalid(`${file}:${line}`, z.prettifyError(checked.error), checked.error);
}
