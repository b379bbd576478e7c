import type { Database, Row, Statement } from './database.js';

/** A file whose work ended long ago. */
export interface OldFile {
  readonly id: number;
  readonly revision: number;
  readonly scanner: string;
  readonly path: string;
}

/** A file whose image has a result, and so has, or had, a document in every JSON sink. */
export interface EndedFile {
  readonly scanner: string;
  readonly path: string;
  /** Hash of the image's bytes. */
  readonly sha256: string;
  readonly endedMs: number;
  /** Some sink has not had it yet. */
  readonly isOwed: boolean;
}

/** Part of a walk through all rows, in the order of their ids. */
export interface Step<T> {
  readonly found: T;
  /** Id to continue with; undefined at the end. */
  readonly next: number | undefined;
}

/** Rows that one step looks at, so that it takes milliseconds however large the ledger is. */
const ROWS_PER_STEP = 500;

/**
 * Removes what is old. Two steps, since a row of `files` is what keeps an image from being classified again:
 * it may only go when the image has gone from its folder, which the ledger cannot see. A result goes when no
 * file and no delivery refers to it. Labels stay: they are few, and people gave them.
 */
export class Pruning {
  readonly #database: Database;
  readonly #statements: Record<
    'files' | 'ended' | 'lastFile' | 'removeFile' | 'results' | 'lastResult' | 'removeResult',
    Statement
  >;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = {
      lastFile: database.prepare('SELECT max(id) AS id FROM files'),
      files: database.prepare(`
        SELECT id, revision, scanner, path FROM files
        WHERE id > ? AND id <= ? AND state IN ('done', 'quarantined') AND finished_at < ? ORDER BY id`),
      ended: database.prepare(`
        SELECT scanner, path, sha256, finished_at, EXISTS (
          SELECT 1 FROM outbox WHERE outbox.result_id = files.result_id
            AND outbox.scanner = files.scanner AND outbox.path = files.path) AS is_owed
        FROM files WHERE id > ? AND id <= ? AND state = 'done' AND finished_at >= ? AND finished_at < ? ORDER BY id`),
      // Not if the file was seen again or replayed in the meantime, or has a delivery left (and so may be
      // moved).
      removeFile: database.prepare(`
        DELETE FROM files WHERE id = ? AND revision = ? AND state IN ('done', 'quarantined') AND NOT EXISTS (
          SELECT 1 FROM outbox WHERE outbox.result_id = files.result_id
            AND outbox.scanner = files.scanner AND outbox.path = files.path)`),
      results: database.prepare(`
        SELECT id FROM results r WHERE id > ? AND id <= ? AND recorded_at < ?
          AND NOT EXISTS (SELECT 1 FROM files WHERE files.result_id = r.id)
          AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.result_id = r.id)
        ORDER BY id`),
      lastResult: database.prepare('SELECT max(id) AS id FROM results'),
      removeResult: database.prepare('DELETE FROM results WHERE id = ?'),
    };
  }

  /** Files that ended before `beforeMs`, of the next rows after the id `after`. */
  oldFiles(after: number, beforeMs: number): Step<OldFile[]> {
    const to = after + ROWS_PER_STEP;
    const found = this.#statements.files.all(after, to, beforeMs).map(toOldFile);
    return { found, next: nextOf(to, this.#statements.lastFile) };
  }

  /** Files with a result that ended within a time, of the next rows after the id `after`. */
  endedFiles(after: number, { fromMs, beforeMs }: { fromMs: number; beforeMs: number }): Step<EndedFile[]> {
    const to = after + ROWS_PER_STEP;
    const found = this.#statements.ended.all(after, to, fromMs, beforeMs).map(toEndedFile);
    return { found, next: nextOf(to, this.#statements.lastFile) };
  }

  /** Returns how many went. */
  removeFiles(files: readonly OldFile[]): number {
    if (files.length === 0) return 0;
    return this.#database.transaction(() =>
      files.reduce((sum, { id, revision }) => sum + this.#statements.removeFile.run(id, revision).changes, 0),
    );
  }

  /**
   * Removes results from before `beforeMs` that nothing refers to, of the next rows after the id `after`: how
   * many.
   */
  removeResults(after: number, beforeMs: number): Step<number> {
    const to = after + ROWS_PER_STEP;
    const next = nextOf(to, this.#statements.lastResult);
    if (this.#statements.results.all(after, to, beforeMs).length === 0) return { found: 0, next };
    const found = this.#database.transaction(() => {
      const old = this.#statements.results.all(after, to, beforeMs);
      for (const { id = null } of old) this.#statements.removeResult.run(id);
      return old.length;
    });
    return { found, next };
  }
}

function nextOf(to: number, last: Statement): number | undefined {
  return to < Number(last.get()?.['id'] ?? 0) ? to : undefined;
}

function toOldFile(row: Row): OldFile {
  return {
    id: Number(row['id']),
    revision: Number(row['revision']),
    scanner: String(row['scanner']),
    path: String(row['path']),
  };
}

function toEndedFile(row: Row): EndedFile {
  return {
    scanner: String(row['scanner']),
    path: String(row['path']),
    sha256: String(row['sha256']),
    endedMs: Number(row['finished_at']),
    isOwed: row['is_owed'] === 1,
  };
}
