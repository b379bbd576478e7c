import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { messageOf } from '../../errors.js';
import type { Database, Row, Statement } from '../database.js';
import { SQLITE, sqliteCodeOf } from '../failures.js';
import { onlyWithItsRecord, onlyWithResult, requeuedWithoutResult, type Lookups } from './mend-rows.js';
import { readById, readFromBothEnds, type Unreadable } from './read-around-damage.js';

/** The rows of one table that were recovered, lost or refused. */
export interface SalvagedTable {
  readonly recovered: number;
  /** Rows that could not be read, at most. */
  readonly unreadable: number;
  /** Rows that were read, but are not what such a row must be. */
  readonly refused: number;
  /** The reason why rows are missing. */
  readonly why?: string;
}

export interface Salvaged {
  readonly tables: Readonly<Record<string, SalvagedTable>>;
  /** Files that were done and whose result is lost: queued again. */
  readonly requeued: number;
}

interface TableRule {
  readonly name: string;
  /** The key's column, for tables without an integer `id`. */
  readonly key?: string;
  /** What the new ledger gets instead; undefined: such a row cannot be. */
  readonly mend?: (row: Row, into: Lookups) => Row | undefined;
}

/**
 * The tables in the order in which they are copied: rows refer to rows of earlier tables. Derived tables
 * (counts, predictions) are not read.
 */
const TABLES: readonly TableRule[] = [
  { name: 'results', mend: onlyWithItsRecord },
  { name: 'files', mend: requeuedWithoutResult },
  { name: 'outbox', mend: onlyWithResult },
  { name: 'labels', key: 'sha256' },
  { name: 'label_history' },
  { name: 'waiting_labels' },
  { name: 'label_files', key: 'scanner, path' },
  { name: 'drift_references', key: 'subject' },
];

const ROWS_PER_TRANSACTION = 2000;

/** Copies every row of `source` that can be read and is valid into `target`, which is new. */
export function salvage(source: DatabaseSyncInstance, target: Database): Salvaged {
  const tables: Record<string, SalvagedTable> = {};
  let requeued = 0;
  const find = target.prepare('SELECT sha256 FROM results WHERE id = ?');
  const lookups: Lookups = {
    hasResult: (id) => find.get(id) !== undefined,
    hasResultOf: (sha256, id) => sha256 !== null && find.get(id)?.['sha256'] === sha256,
    onRequeued: () => (requeued += 1),
  };
  for (const table of TABLES) {
    const refusal = refusalOf(source, table.name);
    if (refusal === undefined) tables[table.name] = salvageTable(source, target, table, lookups);
    else tables[table.name] = { recovered: 0, unreadable: 0, refused: 0, why: refusal };
  }
  return { tables, requeued };
}

/**
 * Why a table cannot even be asked: a ledger of an earlier version has fewer, a damaged one may not know
 * where they are.
 */
function refusalOf(source: DatabaseSyncInstance, table: string): string | undefined {
  try {
    source.prepare(`SELECT * FROM ${table} LIMIT 0`).all();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function salvageTable(
  source: DatabaseSyncInstance,
  target: Database,
  { name, key, mend }: TableRule,
  lookups: Lookups,
): SalvagedTable {
  const unreadable: Unreadable = { rows: 0, why: undefined };
  const rows = key ? readFromBothEnds(source, name, key, unreadable) : readById(source, name, unreadable);
  const insert = new Inserter(target, name);
  let recovered = 0;
  let refused = 0;
  for (const chunk of chunks(rows, ROWS_PER_TRANSACTION)) {
    target.transaction(() => {
      for (const row of chunk) {
        const mended = mend ? mend(row, lookups) : row;
        if (mended && insert.takes(mended)) recovered += 1;
        else if (!key) refused += 1; // From both ends, most rows come twice.
      }
    });
  }
  const why = unreadable.why;
  return { recovered, unreadable: unreadable.rows, refused, ...(why !== undefined && { why }) };
}

/** Inserts rows by the names of their columns; one that breaks a constraint is not taken. */
class Inserter {
  readonly #database: Database;
  readonly #table: string;
  #columns: readonly string[] = [];
  #statement: Statement | undefined;

  constructor(database: Database, table: string) {
    this.#database = database;
    this.#table = table;
  }

  takes(row: Row): boolean {
    this.#statement ??= this.#prepare(Object.keys(row));
    try {
      return this.#statement.run(...this.#columns.map((column) => row[column] ?? null)).changes === 1;
    } catch (error) {
      // A wrong type or an unknown state: a flipped bit can do that to a value.
      const code = sqliteCodeOf(error);
      if (code === SQLITE.constraint || code === SQLITE.mismatch) return false;
      throw error;
    }
  }

  #prepare(columns: readonly string[]): Statement {
    this.#columns = columns;
    const places = columns.map(() => '?').join(', ');
    return this.#database.prepare(
      `INSERT OR IGNORE INTO ${this.#table} (${columns.join(', ')}) VALUES (${places})`,
    );
  }
}

function* chunks<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let chunk: T[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
