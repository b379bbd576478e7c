import { CsvError, parse } from 'csv-parse/sync';
import { decodeText } from './decode-text.js';

export interface CsvRow {
  /** The line on which the row ends, from 1. */
  readonly line: number;
  readonly record: Readonly<Record<string, string>>;
}

export interface CsvForm {
  /** Columns that must be there. They also tell the separator where the first line has several. */
  readonly required: readonly string[];
  /** Makes the error to throw about what is wrong. */
  readonly refuse: (what: string, hint?: string, cause?: unknown) => Error;
  /** Checks the names of the columns further. */
  readonly checkColumns?: (columns: readonly string[]) => void;
}

const SEPARATORS = [
  { separator: ',', name: 'commas' },
  { separator: ';', name: 'semicolons' },
  { separator: '\t', name: 'tabs' },
];
const ONE_SEPARATOR = 'Separate the columns by commas, semicolons or tabs; one of them, in the whole file.';

/** The text of a CSV file; see `decodeText`. */
export function decodeCsv(bytes: Buffer, { refuse }: Pick<CsvForm, 'refuse'>): string {
  return decodeText(bytes, ({ what, encoding, hint }) =>
    refuse(what, encoding === undefined ? hint : `${hint} Excel calls it "CSV UTF-8".`),
  );
}

/**
 * Rows of a CSV file (RFC 4180) whose columns are separated by commas, by semicolons as Excel does in many
 * countries, or by tabs. The first line tells which: it names the columns, and none of the three belongs into
 * a name. Lines end with CRLF, LF or CR; empty ones are left out.
 */
export function parseCsv(text: string, form: CsvForm): CsvRow[] {
  if (text.trim() === '') throw form.refuse('it is empty');
  // Excel writes `sep=;` as a line before the first one, and obeys it.
  const stated = /^sep=(.)[\r\n]/i.exec(text)?.[1];
  const separator = stated ?? separatorOf(firstLine(text), form);
  try {
    const rows: { record: Record<string, string>; info: { lines: number } }[] = parse(text, {
      delimiter: separator,
      record_delimiter: ['\r\n', '\n', '\r'],
      info: true,
      from_line: stated === undefined ? 1 : 2,
      skip_empty_lines: true,
      // Excel also writes rows of nothing but separators.
      skip_records_with_empty_values: true,
      // csv-parse would take a tab between two empty fields for space around a field.
      trim: separator !== '\t',
      cast: (value, { quoting }) => (quoting ? value : value.trim()),
      columns: (header: string[]) => checkHeader(header, form),
    });
    return rows.map(({ record, info }) => ({ line: info.lines, record }));
  } catch (error) {
    if (error instanceof CsvError) throw form.refuse(error.message, ONE_SEPARATOR, error);
    throw error;
  }
}

function separatorOf(line: string, { required, refuse }: CsvForm): string {
  const present = SEPARATORS.filter(({ separator }) => line.includes(separator));
  const fitting = present.filter(({ separator }) => {
    const columns = line.split(separator).map((column) => column.trim().replaceAll('"', ''));
    return required.every((name) => columns.includes(name));
  });
  const [first = SEPARATORS[0], ...others] = fitting.length > 0 ? fitting : present;
  if (first === undefined || others.length === 0) return first?.separator ?? ',';
  const names = [first, ...others].map(({ name }) => name).join(' and ');
  throw refuse(`its first line has ${names}, so its columns cannot be separated`, ONE_SEPARATOR);
}

function firstLine(text: string): string {
  return /[^\r\n]+/.exec(text)?.[0] ?? '';
}

function checkHeader(columns: string[], { required, refuse, checkColumns }: CsvForm): string[] {
  const missing = required.find((name) => !columns.includes(name));
  if (missing !== undefined)
    throw refuse(`it has no column "${missing}"; its first line has: ${columns.join(', ')}`);
  const twice = columns.find((name, index) => name !== '' && columns.indexOf(name) !== index);
  if (twice !== undefined) throw refuse(`it has two columns "${twice}"`);
  checkColumns?.(columns);
  return columns;
}
