import { readFile } from 'node:fs/promises';
import { messageOf, SmearwatchError } from '../../errors.js';
import { decodeText } from '../../text/decode-text.js';
import { benchSchema, type BenchReport } from './schema.js';

/**
 * Reads a report.
 * @throws SmearwatchError `bench-unreadable`
 */
export async function readReport(file: string): Promise<BenchReport> {
  try {
    const text = decodeText(await readFile(file), ({ what }) => new Error(what));
    return benchSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new SmearwatchError(
      'bench-unreadable',
      `${file} is not a readable bench.json: ${messageOf(cause)}`,
      { cause },
    );
  }
}
