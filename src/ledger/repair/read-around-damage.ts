import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Row } from '../database.js';

/** Rows that could not be read; an upper bound, since an id between two rows need not have had one. */
export interface Unreadable {
  rows: number;
  /** First thing that SQLite said. */
  why: string | undefined;
}

/**
 * The rows of a table whose key is an integer `id`, around pages that cannot be read: where reading on fails,
 * what is left is halved again and again, until only the ids on the damaged pages are missing.
 */
export function* readById(
  connection: DatabaseSyncInstance,
  table: string,
  unreadable: Unreadable,
): Generator<Row> {
  const range = connection.prepare(`SELECT * FROM ${table} NOT INDEXED WHERE id BETWEEN ? AND ? ORDER BY id`);
  const failed = (error: unknown, rows: number): void => {
    unreadable.rows += rows;
    unreadable.why ??= error instanceof Error ? error.message : String(error);
  };
  const last = lastId(connection, table, failed);
  const left: [low: number, high: number][] = last === undefined ? [] : [[0, last]];
  for (let next = left.pop(); next; next = left.pop()) {
    let [low] = next;
    const [, high] = next;
    try {
      for (const row of range.iterate(low, high) as IterableIterator<Row>) {
        low = Number(row['id']) + 1;
        yield row;
      }
    } catch (error) {
      if (low >= high) {
        failed(error, 1);
        continue;
      }
      const middle = Math.floor((low + high) / 2);
      left.push([middle + 1, high], [low, middle]);
    }
  }
}

/**
 * From the table, or from any of its indexes; undefined when none can be read: then nothing bounds the
 * search.
 */
function lastId(
  connection: DatabaseSyncInstance,
  table: string,
  failed: (error: unknown, rows: number) => void,
): number | undefined {
  let cause: unknown;
  for (const from of [`${table} NOT INDEXED`, ...indexesOf(connection, table)]) {
    try {
      const row = connection.prepare(`SELECT max(id) AS last FROM ${from}`).get() as { last: number | null };
      return row.last ?? undefined;
    } catch (error) {
      cause = error;
    }
  }
  failed(cause, 0);
  return undefined;
}

function indexesOf(connection: DatabaseSyncInstance, table: string): string[] {
  try {
    const indexes = connection.prepare('SELECT name FROM pragma_index_list(?)').all(table) as Row[];
    return indexes.map(({ name }) => `${table} INDEXED BY "${String(name)}"`);
  } catch {
    return []; // The failure of the table itself is reported.
  }
}

/** The rows of a table of any other key: from its beginning until it cannot be read, then from its end. */
export function* readFromBothEnds(
  connection: DatabaseSyncInstance,
  table: string,
  key: string,
  unreadable: Unreadable,
): Generator<Row> {
  const down = key
    .split(', ')
    .map((column) => `${column} DESC`)
    .join(', ');
  for (const order of [key, down]) {
    try {
      yield* connection
        .prepare(`SELECT * FROM ${table} ORDER BY ${order}`)
        .iterate() as IterableIterator<Row>;
      return;
    } catch (error) {
      unreadable.why ??= error instanceof Error ? error.message : String(error);
    }
  }
}
