import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, SmearwatchError } from '../errors.js';
import { migrate } from './schema.js';

export type Value = null | number | bigint | string;
/** How long a COMMIT took. Must not throw: what it is told of has happened. */
export type OnCommitted = (durationMs: number) => void;
export type Row = Readonly<Record<string, Value>>;

/**
 * One SQLite connection with what the ledger asks of every one of them. WAL with `synchronous=FULL`: a commit that
 * returned is on the disk, whatever happens to the process or the power.
 */
export class Database {
  readonly #connection: DatabaseSyncInstance;
  readonly #onCommitted: OnCommitted;

  private constructor(connection: DatabaseSyncInstance, onCommitted: OnCommitted) {
    this.#connection = connection;
    this.#onCommitted = onCommitted;
  }

  /**
   * @param onCommitted told of every transaction that is on the disk
   * @throws SmearwatchError `ledger-unopenable`, `ledger-newer`
   */
  static open(file: string, onCommitted: OnCommitted = () => undefined): Database {
    try {
      mkdirSync(dirname(file), { recursive: true });
      const connection = new DatabaseSync(file);
      // Checkpoints run on the daemon's timer; SQLite's own, inside a commit, is the backstop when the timer is late.
      connection.exec(`
        PRAGMA busy_timeout = 10000;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA foreign_keys = ON;
        PRAGMA wal_autocheckpoint = 8000;
        PRAGMA journal_size_limit = 67108864;
        PRAGMA cache_size = -32768;
      `);
      const database = new Database(connection, onCommitted);
      migrate(database, file);
      return database;
    } catch (cause) {
      if (cause instanceof SmearwatchError) throw cause;
      throw new SmearwatchError(`The ledger ${file} cannot be opened: ${messageOf(cause)}`, {
        code: 'ledger-unopenable',
        hint: 'Check that the state folder exists on a local disk, is writable by this user, and that the disk is not full.',
        cause,
      });
    }
  }

  run(sql: string): void {
    this.#connection.exec(sql);
  }

  prepare(sql: string): Statement {
    return new Statement(this.#connection, sql);
  }

  /** Everything inside commits together or not at all. `IMMEDIATE`: the write lock is taken before the first read. */
  transaction<T>(work: () => T): T {
    this.#connection.exec('BEGIN IMMEDIATE');
    const { value, durationMs } = this.#commit(work);
    this.#onCommitted(durationMs);
    return value;
  }

  #commit<T>(work: () => T): { value: T; durationMs: number } {
    try {
      const value = work();
      const start = performance.now();
      this.#connection.exec('COMMIT');
      return { value, durationMs: performance.now() - start };
    } catch (error) {
      this.#connection.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#connection.close();
  }
}

export class Statement {
  readonly #statement: ReturnType<DatabaseSyncInstance['prepare']>;

  constructor(connection: DatabaseSyncInstance, sql: string) {
    this.#statement = connection.prepare(sql);
  }

  /** Rows changed, and the row id of an insert. */
  run(...values: Value[]): { changes: number; id: number } {
    const { changes, lastInsertRowid } = this.#statement.run(...values);
    return { changes, id: Number(lastInsertRowid) };
  }

  get(...values: Value[]): Row | undefined {
    return this.#statement.get(...values) as Row | undefined;
  }

  all(...values: Value[]): Row[] {
    return this.#statement.all(...values) as Row[];
  }

  iterate(...values: Value[]): IterableIterator<Row> {
    return this.#statement.iterate(...values) as IterableIterator<Row>;
  }
}
