import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { errnoOf } from '../../errors.js';

/** One iteration of a training: what the paper's Figures 4 and 5 show. */
export interface IterationPoint {
  readonly iteration: number;
  /** Share of the iteration's batch classified correctly, before the update and with dropout. */
  readonly accuracy: number;
  readonly quadraticLoss: number;
}

const HISTORY_FILE = 'history.csv';
const COLUMNS = ['iteration', 'accuracy', 'quadraticLoss'] as const;

/**
 * Reads the training history in the folder of a model version. It is undefined if the file is missing (an
 * imported model) or if our training did not write it: a missing curve must not prevent the report.
 * @param folder of the version in the registry
 */
export async function readHistory(folder: string): Promise<readonly IterationPoint[] | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, HISTORY_FILE), 'utf8');
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
  return parseHistory(text);
}

export function parseHistory(text: string): readonly IterationPoint[] | undefined {
  const records = parseRecords(text);
  const points = records.map(({ iteration, accuracy, quadraticLoss }) => ({
    iteration: toNumber(iteration),
    accuracy: toNumber(accuracy),
    quadraticLoss: toNumber(quadraticLoss),
  }));
  const isWhole = points.every((point) => COLUMNS.every((column) => Number.isFinite(point[column])));
  return isWhole && points.length > 0 ? points : undefined;
}

/** The number in a cell; an empty cell is not 0. */
function toNumber(cell: string | undefined): number {
  return cell === undefined || cell === '' ? NaN : Number(cell);
}

function parseRecords(text: string): Readonly<Record<string, string | undefined>>[] {
  try {
    return parse(text, { bom: true, columns: true, skip_empty_lines: true });
  } catch {
    return []; // rows of unequal length: truncated, or written by another program
  }
}
