import type { ResultRecord } from '../record.js';
import type { Database, Row, Statement, Value } from './database.js';
import { ALONE_AFTER_CRASHES } from './queue.js';
import { presentLabel, toStoredResult, type StoredResult } from './results.js';

export interface ResultFilter {
  readonly sha256Prefix?: string;
  /** Substring of the path. */
  readonly path?: string;
  readonly scanner?: string;
  readonly review?: boolean;
  /** Greatest number of results, newest first. */
  readonly limit: number;
}

export interface QuarantinedFile {
  readonly id: number;
  readonly scanner: string;
  readonly path: string;
  readonly size: number;
  readonly sha256: string | undefined;
  readonly code: string;
  readonly reason: string;
  readonly attempts: number;
  /** RFC 3339, UTC. */
  readonly quarantinedAt: string;
}

/** The ledger's entry of a file. */
export interface LedgerFile {
  readonly path: string;
  readonly state: 'queued' | 'running' | 'done' | 'quarantined';
  /** Known once the bytes were read. */
  readonly sha256: string | undefined;
  /** The result of its bytes, when it is done. */
  readonly record: ResultRecord | undefined;
  /** Why it is in quarantine. */
  readonly reason: string | undefined;
}

/** Each half from an index: a million other files are not looked at. */
const FILES_OF_IMAGE = `
  WHERE id IN (
    SELECT f.id FROM results r JOIN files f ON f.result_id = r.id WHERE r.sha256 GLOB ? AND f.state = 'done'
    UNION ALL SELECT id FROM files WHERE state = 'quarantined' AND sha256 GLOB ?)`;

/** Reading the ledger for people, and sending files round again. */
export class Browse {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  results(filter: ResultFilter): StoredResult[] {
    const { where, values } = resultConditions(filter);
    return this.#database
      .prepare(
        `SELECT id, record, ${presentLabel('r.sha256')} FROM results r ${where} ORDER BY id DESC LIMIT ?`,
      )
      .all(...values, filter.limit)
      .map(toStoredResult);
  }

  quarantined(filter: ResultFilter): QuarantinedFile[] {
    const { where, values } = fileConditions(filter);
    return this.#database
      .prepare(`SELECT * FROM files ${where} ORDER BY finished_at DESC, id DESC LIMIT ?`)
      .all(...values, filter.limit)
      .map(toQuarantined);
  }

  /** Every file of a scanner, in the order in which they were queued; read on as they are asked for. */
  *files(scanner: string): Generator<LedgerFile> {
    const rows = this.#database
      .prepare(
        `SELECT path, state, f.sha256, reason, record FROM files f LEFT JOIN results r ON r.id = f.result_id
         WHERE scanner = ? ORDER BY f.id`,
      )
      .iterate(scanner);
    for (const row of rows) yield toLedgerFile(row);
  }

  /** Queues quarantined files again, with all their attempts. Returns how many. */
  replayQuarantined(filter: Omit<ResultFilter, 'limit' | 'review'>): number {
    const { where, values } = fileConditions({ ...filter, limit: 0 });
    return this.#replay(0, where, values);
  }

  /**
   * Queues files again whose bytes have this SHA-256 (or a prefix), so that the models in use classify them.
   */
  replayImage(sha256Prefix: string): number {
    const pattern = `${sha256Prefix}*`;
    return this.#replay(1, FILES_OF_IMAGE, [pattern, pattern]);
  }

  #replay(reclassify: 0 | 1, where: string, values: Value[]): number {
    const requeue: Statement = this.#database.prepare(`
      UPDATE files SET state = 'queued', revision = revision + 1, attempts = 0, not_before = 0,
        crashes = min(crashes, ${ALONE_AFTER_CRASHES}), reclassify = ${reclassify}, queued_at = ${Date.now()}, finished_at = NULL, result_id = NULL, reason_code = NULL, reason = NULL ${where}`);
    return requeue.run(...values).changes;
  }
}

type RowConditions = { where: string; values: Value[] };

function resultConditions({ sha256Prefix, path, scanner, review }: ResultFilter): RowConditions {
  const ofFile = (column: string): string =>
    `EXISTS (SELECT 1 FROM files f WHERE f.result_id = r.id AND ${column})`;
  return conditions([
    ['sha256 GLOB ?', sha256Prefix === undefined ? undefined : `${sha256Prefix}*`],
    [ofFile('instr(f.path, ?) > 0'), path],
    [ofFile('f.scanner = ?'), scanner],
    ['review = ?', review === true ? 1 : undefined],
  ]);
}

function fileConditions({ sha256Prefix, path, scanner }: ResultFilter): RowConditions {
  return conditions([
    ['state = ?', 'quarantined'],
    ['sha256 GLOB ?', sha256Prefix === undefined ? undefined : `${sha256Prefix}*`],
    ['instr(path, ?) > 0', path],
    ['scanner = ?', scanner],
  ]);
}

function conditions(all: readonly (readonly [string, Value | undefined])[]): RowConditions {
  const given = all.filter((entry): entry is readonly [string, Value] => entry[1] !== undefined);
  if (given.length === 0) return { where: '', values: [] };
  return {
    where: `WHERE ${given.map(([sql]) => sql).join(' AND ')}`,
    values: given.map(([, value]) => value),
  };
}

function toLedgerFile(row: Row): LedgerFile {
  return {
    path: String(row['path']),
    state: row['state'] as LedgerFile['state'],
    sha256: row['sha256'] == null ? undefined : String(row['sha256']),
    record: row['record'] == null ? undefined : (JSON.parse(String(row['record'])) as ResultRecord),
    reason: row['reason'] == null ? undefined : String(row['reason']),
  };
}

function toQuarantined(row: Row): QuarantinedFile {
  return {
    id: Number(row['id']),
    scanner: String(row['scanner']),
    path: String(row['path']),
    size: Number(row['size']),
    sha256: row['sha256'] == null ? undefined : String(row['sha256']),
    code: String(row['reason_code']),
    reason: String(row['reason']),
    attempts: Number(row['attempts']),
    quarantinedAt: new Date(Number(row['finished_at'])).toISOString(),
  };
}
