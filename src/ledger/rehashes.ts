import type { SeenFile } from '../files/seen-file.js';
import type { Database, Row, Statement } from './database.js';
import { dueIn } from './queue.js';
import { steadyNow } from './steady-now.js';

/** A file that is done or quarantined and may have been replaced since: only its bytes decide. */
export interface DoubtfulFile extends SeenFile {
  readonly id: number;
  readonly revision: number;
  readonly scanner: string;
  /** SHA-256 of the bytes that were read; undefined where none could be. */
  readonly sha256: string | undefined;
  /** Why it is in quarantine. */
  readonly reasonCode: string | undefined;
  readonly rehashAt: number;
  /** Milliseconds until it is due; 0 when it is. */
  readonly dueInMs: number;
}

/** What the file system knew of the file when its bytes were hashed. */
export interface FileTrace {
  readonly ctimeMs: number;
  readonly inode: number;
}

/** Matches the error codes of files that were quarantined unread: any bytes that can be read now are new. */
const UNREAD = /^(file|name|path)-/;

/** The file of a scanner that has waited longest of those that are due at some time. */
export const NEXT_TO_REHASH = `
  SELECT id, revision, scanner, path, size, mtime_ms, sha256, reason_code, rehash_at FROM files
  WHERE scanner = ? AND rehash_at <= ? AND state IN ('done', 'quarantined') ORDER BY rehash_at LIMIT 1`;

/**
 * The files whose bytes must be hashed again: their change time or inode has changed since they were read,
 * but their size and modification time have not. `Queue.unknownAmong` marks them.
 */
export class Rehashes {
  readonly #database: Database;
  readonly #statements: Record<'next' | 'same' | 'changed' | 'postpone' | 'forget', Statement>;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = {
      next: database.prepare(NEXT_TO_REHASH),
      // A file that was marked again in the meantime stays marked.
      same: database.prepare(`
        UPDATE files SET ctime_ms = ?, inode = ?, rehash_at = NULL WHERE id = ? AND revision = ? AND rehash_at = ?`),
      changed: database.prepare(`
        UPDATE files SET ctime_ms = ?, inode = ?, rehash_at = NULL, revision = revision + 1, state = 'queued',
          attempts = 0, crashes = 0, reclassify = 0, not_before = 0, queued_at = ?, finished_at = NULL, sha256 = NULL,
          result_id = NULL, reason_code = NULL, reason = NULL
        WHERE id = ? AND revision = ? AND state IN ('done', 'quarantined')`),
      postpone: database.prepare('UPDATE files SET rehash_at = ? WHERE id = ? AND revision = ?'),
      forget: database.prepare('UPDATE files SET rehash_at = NULL WHERE id = ? AND revision = ?'),
    };
  }

  /** The file of these scanners that has waited longest, of those that are due within `withinMs`. */
  next(scanners: readonly string[], withinMs = 0): DoubtfulFile | undefined {
    const now = steadyNow();
    return scanners
      .flatMap((scanner) => this.#statements.next.all(scanner, now + withinMs))
      .map((row) => toDoubtfulFile(row, now))
      .sort((a, b) => a.rehashAt - b.rehashAt)[0];
  }

  /**
   * The bytes that the file has now. Others than before make a new revision, which is queued; the same ones
   * do not.
   * @returns whether the file is queued
   */
  hashed(file: DoubtfulFile, sha256: string, { ctimeMs, inode }: FileTrace): boolean {
    const { id, revision, rehashAt } = file;
    const isAnother = file.sha256 === undefined ? UNREAD.test(file.reasonCode ?? '') : file.sha256 !== sha256;
    return this.#write(() => {
      if (!isAnother) this.#statements.same.run(ctimeMs, inode, id, revision, rehashAt);
      else this.#statements.changed.run(ctimeMs, inode, Date.now(), id, revision);
      return isAnother;
    });
  }

  /**
   * Unmarks a file that has gone or is being written: the watcher marks or queues it again when necessary.
   */
  forget({ id, revision }: DoubtfulFile): void {
    this.#write(() => this.#statements.forget.run(id, revision));
  }

  /** Postpones the hashing of a file that cannot be read at present. */
  postpone({ id, revision }: DoubtfulFile, delayMs: number): void {
    this.#write(() => this.#statements.postpone.run(dueIn(delayMs), id, revision));
  }

  /** Not synced: what a power cut takes back is hashed once more. */
  #write<T>(work: () => T): T {
    return this.#database.withoutSync(() => this.#database.transaction(work));
  }
}

function toDoubtfulFile(row: Row, now: number): DoubtfulFile {
  const text = (value: Row[string] | undefined): string | undefined =>
    value == null ? undefined : String(value);
  return {
    id: Number(row['id']),
    revision: Number(row['revision']),
    scanner: String(row['scanner']),
    path: String(row['path']),
    size: Number(row['size']),
    mtimeMs: Number(row['mtime_ms']),
    sha256: text(row['sha256']),
    reasonCode: text(row['reason_code']),
    rehashAt: Number(row['rehash_at']),
    dueInMs: Math.max(0, Number(row['rehash_at']) - now),
  };
}
