import type { ResultRecord } from '../record.js';
import type { Database, Statement } from './database.js';
import { presentLabel, toStoredResult } from './results.js';

/** A result that a sink is owed, for one file. */
export interface Delivery {
  readonly id: number;
  readonly resultId: number;
  /** The file that this delivery is about; a copy's differs from the record's. */
  readonly scanner: string;
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  /** What the file system knew of the file whose bytes are the result's; missing once it is queued again. */
  readonly ctimeMs?: number;
  readonly inode?: number;
  readonly record: ResultRecord;
}

/** What sinks have still to deliver, at least once each and in order. */
export class Outbox {
  readonly #database: Database;
  readonly #statements: Record<'next' | 'remove' | 'counts', Statement>;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = {
      next: database.prepare(`
        SELECT outbox.id AS delivery_id, sink, outbox.scanner, outbox.path, outbox.size, outbox.mtime_ms, ctime_ms, inode,
          results.id AS id, record, ${presentLabel('results.sha256')}
        FROM outbox JOIN results ON results.id = outbox.result_id
        LEFT JOIN files ON files.scanner = outbox.scanner AND files.path = outbox.path
          AND files.result_id = outbox.result_id
        WHERE sink = ? ORDER BY outbox.id LIMIT ?`),
      remove: database.prepare('DELETE FROM outbox WHERE sink = ? AND id BETWEEN ? AND ?'),
      counts: database.prepare('SELECT sink, count(*) AS deliveries FROM outbox GROUP BY sink'),
    };
  }

  /** The first ones of a sink, at most `limit`, in order. */
  next(sink: string, limit: number): Delivery[] {
    return this.#statements.next.all(sink, limit).map((row) => {
      const { id, record } = toStoredResult(row);
      return {
        id: Number(row['delivery_id']),
        resultId: id,
        scanner: String(row['scanner']),
        path: String(row['path']),
        size: Number(row['size']),
        mtimeMs: Number(row['mtime_ms']),
        ...(row['ctime_ms'] != null && { ctimeMs: Number(row['ctime_ms']), inode: Number(row['inode']) }),
        record,
      };
    });
  }

  /**
   * The first ones of a sink, as `next` gave them, are delivered, durably. Not synced: after a power cut,
   * those of the last moment are delivered again.
   */
  remove(sink: string, delivered: readonly Delivery[]): void {
    const [first, last] = [delivered[0], delivered.at(-1)];
    if (!first || !last) return;
    this.#database.withoutSync(() =>
      this.#database.transaction(() => this.#statements.remove.run(sink, first.id, last.id)),
    );
  }

  /** Waiting deliveries by sink, also of sinks that are no longer configured. */
  counts(): Record<string, number> {
    return Object.fromEntries(
      this.#statements.counts.all().map((row) => [String(row['sink']), Number(row['deliveries'])]),
    );
  }
}
