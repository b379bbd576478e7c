import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { messageOf, SmearwatchError } from '../errors.js';
import { damaged, isDamage, isRefusal, unopenable } from './failures.js';
import { applySteps, versionOf } from './version.js';

/** A writer holds SQLite's locks for milliseconds. */
const BUSY_TIMEOUT_MS = 10_000;

export type Value = null | number | bigint | string;
/**
 * Receives the duration of each COMMIT that wrote something. It must not throw: the commit has already
 * happened.
 */
export type OnCommitted = (durationMs: number) => void;
export type Row = Readonly<Record<string, Value>>;

/**
 * One SQLite connection with what the ledger asks of every one of them. WAL with `synchronous=FULL`: a commit
 * that returned survives a crash of the process and a power cut, unless it was made `withoutSync`.
 */
export class Database {
  readonly #file: string;
  readonly #connection: DatabaseSyncInstance;
  readonly #onCommitted: OnCommitted;
  #damage: string | undefined;
  #problem: string | undefined;
  #wroteAtMs = performance.now();
  readonly #totalChanges: Statement;

  private constructor(file: string, connection: DatabaseSyncInstance, onCommitted: OnCommitted) {
    this.#file = file;
    this.#connection = connection;
    this.#onCommitted = onCommitted;
    this.#totalChanges = this.prepare('SELECT total_changes() AS changes');
  }

  /**
   * Opens a ledger that exists, and brings it to the present version. One that is refused has not been
   * written to.
   * @param onCommitted called after every transaction that has written something
   * @throws SmearwatchError `ledger-unopenable`, `ledger-too-old`, `ledger-newer`, `ledger-damaged`; the last
   *   also from every use later
   */
  static open(file: string, onCommitted: OnCommitted = () => undefined): Database {
    let connection: DatabaseSyncInstance | undefined;
    try {
      connection = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
      const version = versionOf(connection, file);
      // 8 MiB of pages: 32 made no image cheaper, since what is not in this cache is in the operating
      // system's. Checkpoints run on the daemon's timer; SQLite's own, inside a commit, is the backstop when
      // the timer is late.
      connection.exec(`
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA foreign_keys = ON;
        PRAGMA wal_autocheckpoint = 8000;
        PRAGMA journal_size_limit = 67108864;
        PRAGMA cache_size = -8192;
      `);
      applySteps(connection, file, version);
      return new Database(file, connection, onCommitted);
    } catch (cause) {
      connection?.close();
      if (cause instanceof SmearwatchError) throw cause;
      throw isDamage(cause) ? damaged(file, cause) : unopenable(file, cause);
    }
  }

  /** What SQLite said when it first met a page that is not what it was. */
  get damage(): string | undefined {
    return this.#damage;
  }

  /**
   * Why the file could not be written, or read, when that was tried last; undefined once it has been written.
   */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Milliseconds since the last transaction that wrote something. */
  get idleMs(): number {
    return performance.now() - this.#wroteAtMs;
  }

  /** Writes one page although nothing has changed. @throws what keeps the file from being written */
  rewriteVersion(): void {
    const version = Number(this.prepare('PRAGMA user_version').get()?.['user_version']);
    const write = (): void => this.run(`PRAGMA user_version = ${version}`);
    const { durationMs } = this.withoutSync(() => this.#committed(write));
    this.#hasWritten(durationMs);
  }

  run(sql: string): void {
    this.#guarded(() => this.#connection.exec(sql));
  }

  prepare(sql: string): Statement {
    const guard: Guard = (work) => this.#guarded(work);
    return guard(() => new Statement(this.#connection.prepare(sql), guard));
  }

  /**
   * Everything inside commits together or not at all. `IMMEDIATE`: the write lock is taken before the first
   * read.
   */
  transaction<T>(work: () => T): T {
    const changesBefore = this.#changes();
    const { value, durationMs } = this.#committed(work);
    // A transaction without a change succeeds on any disk, and says nothing about it.
    if (this.#changes() !== changesBefore) this.#hasWritten(durationMs);
    return value;
  }

  /**
   * Commits in `work` outlast the process, but not a power cut before the next synced one: for what is only
   * done again then. A sync takes 2 to 10 ms, in which this thread does nothing else.
   */
  withoutSync<T>(work: () => T): T {
    this.run('PRAGMA synchronous = NORMAL');
    try {
      return work();
    } finally {
      this.run('PRAGMA synchronous = FULL');
    }
  }

  /** Rows changed since the connection was opened, those that were rolled back included. */
  #changes(): number {
    return Number(this.#totalChanges.get()?.['changes']);
  }

  #hasWritten(durationMs: number): void {
    this.#problem = undefined;
    this.#wroteAtMs = performance.now();
    this.#onCommitted(durationMs);
  }

  #committed<T>(work: () => T): { value: T; durationMs: number } {
    this.run('BEGIN IMMEDIATE');
    try {
      const value = work();
      const start = performance.now();
      this.run('COMMIT');
      return { value, durationMs: performance.now() - start };
    } catch (error) {
      // Some failures (a damaged page, a full disk) have rolled back already, and the first error is the one
      // to tell.
      if (this.#connection.isTransaction) this.#connection.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#connection.close();
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!isRefusal(error)) this.#problem = messageOf(error);
      if (!isDamage(error)) throw error;
      this.#damage ??= messageOf(error);
      throw damaged(this.#file, error);
    }
  }
}

/** Does `work`, and says of damage what it is. */
type Guard = <T>(work: () => T) => T;

export class Statement {
  readonly #statement: ReturnType<DatabaseSyncInstance['prepare']>;
  readonly #guard: Guard;

  constructor(statement: ReturnType<DatabaseSyncInstance['prepare']>, guard: Guard) {
    this.#statement = statement;
    this.#guard = guard;
  }

  /** Rows changed, and the row id of an insert. */
  run(...values: Value[]): { changes: number; id: number } {
    const { changes, lastInsertRowid } = this.#guard(() => this.#statement.run(...values));
    return { changes, id: Number(lastInsertRowid) };
  }

  get(...values: Value[]): Row | undefined {
    return this.#guard(() => this.#statement.get(...values) as Row | undefined);
  }

  all(...values: Value[]): Row[] {
    return this.#guard(() => this.#statement.all(...values) as Row[]);
  }

  iterate(...values: Value[]): IterableIterator<Row> {
    return this.#statement.iterate(...values) as IterableIterator<Row>;
  }
}
