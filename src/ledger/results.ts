import type { ResultRecord } from '../record.js';
import type { Database, Row, Statement } from './database.js';
import type { Claim } from './queue.js';

/** A record that is in the ledger. */
export interface StoredResult {
  readonly id: number;
  readonly record: ResultRecord;
}

/** What became of a claim: its own result, one that the same bytes had already, or the file was overwritten meanwhile. */
export type Completion = 'classified' | 'duplicate' | 'superseded';

/** The results, and the end of a claim in the same transaction. */
export class Results {
  readonly #database: Database;
  readonly #sinksOf: (scanner: string) => readonly string[];
  readonly #statements: Record<'find' | 'insert' | 'finish' | 'deliver', Statement>;

  /** `sinksOf` names who is owed a new result of a scanner; asked at every completion, since it changes with the configuration. */
  constructor(database: Database, sinksOf: (scanner: string) => readonly string[]) {
    this.#database = database;
    this.#sinksOf = sinksOf;
    this.#statements = {
      find: database.prepare('SELECT id, record FROM results WHERE sha256 = ? ORDER BY id DESC LIMIT 1'),
      insert: database.prepare(`
        INSERT INTO results (sha256, model_set, class, confidence, review, label, recorded_at, record)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sha256, model_set) DO NOTHING`),
      finish: database.prepare(`
        UPDATE files SET state = 'done', finished_at = ?, sha256 = ?, result_id = ?, reclassify = 0, reason_code = NULL, reason = NULL
        WHERE id = ? AND revision = ? AND state = 'running'`),
      deliver: database.prepare(`
        INSERT INTO outbox (sink, result_id, scanner, path, size, mtime_ms) VALUES (?, ?, ?, ?, ?, ?)`),
    };
  }

  /** The newest result of these bytes, whatever their name. */
  find(sha256: string): StoredResult | undefined {
    const row = this.#statements.find.get(sha256);
    return row && toStoredResult(row);
  }

  has(sha256: string): boolean {
    return this.#statements.find.get(sha256) !== undefined;
  }

  /**
   * Ends claims with their records: result, state `done` and what the sinks are owed become durable together.
   * The same bytes under two names, classified at the same moment, leave one result.
   */
  complete(finished: readonly { claim: Claim; record: ResultRecord }[]): Completion[] {
    return this.#database.transaction(() =>
      finished.map(({ claim, record }) => {
        const { changes, id } = this.#insert(record);
        if (changes === 1) return this.#finish(claim, record.image.sha256, id) ? 'classified' : 'superseded';
        return this.#finishCopy(claim, record.image.sha256);
      }),
    );
  }

  /** Ends a claim whose bytes have a result already. */
  completeCopy(claim: Claim, sha256: string): Completion {
    return this.#database.transaction(() => this.#finishCopy(claim, sha256));
  }

  #insert(record: ResultRecord): { changes: number; id: number } {
    return this.#statements.insert.run(
      record.image.sha256,
      modelSetOf(record),
      record.decision.class,
      record.decision.confidence,
      record.decision.review ? 1 : 0,
      record.label ?? null,
      Date.parse(record.recordedAt),
      JSON.stringify(record),
    );
  }

  #finishCopy(claim: Claim, sha256: string): Completion {
    const existing = this.#statements.find.get(sha256);
    if (!existing) throw new Error(`the result of ${sha256} has gone from the ledger`);
    return this.#finish(claim, sha256, Number(existing['id'])) ? 'duplicate' : 'superseded';
  }

  #finish(claim: Claim, sha256: string, resultId: number): boolean {
    const { changes } = this.#statements.finish.run(Date.now(), sha256, resultId, claim.id, claim.revision);
    if (changes === 0) return false;
    for (const sink of this.#sinksOf(claim.scanner)) {
      this.#statements.deliver.run(sink, resultId, claim.scanner, claim.path, claim.size, claim.mtimeMs);
    }
    return true;
  }
}

/** The models of a record as one string: a result is unique per image and this. */
export function modelSetOf(record: ResultRecord): string {
  return record.models
    .map((model) => `${model.name}@${model.version}/${model.engine}/${model.weightsSha256}`)
    .join(' ');
}

export function toStoredResult(row: Row): StoredResult {
  return { id: Number(row['id']), record: JSON.parse(String(row['record'])) as ResultRecord };
}
