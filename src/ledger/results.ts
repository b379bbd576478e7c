import { faultPoint } from '../faults.js';
import { knowsClass, type ModelIdentity, type ResultRecord } from '../record.js';
import type { Database, Row, Statement } from './database.js';
import type { Labels } from './labels.js';
import type { Claim } from './queue.js';

/** A record that is in the ledger. */
export interface StoredResult {
  readonly id: number;
  readonly record: ResultRecord;
}

/**
 * The outcome of a claim: its own result, a result that the same bytes had already, or a file that was
 * overwritten in the meantime.
 */
export type Completion = 'classified' | 'duplicate' | 'superseded';

/**
 * A claim whose image has a record of its own, or whose bytes have a result already: then no image was
 * decoded.
 */
export type FinishedClaim =
  | { readonly claim: Claim; readonly record: ResultRecord }
  /** `folderLabel`: the class that its folder's name says. */
  | { readonly claim: Claim; readonly sha256: string; readonly folderLabel?: string | undefined };

/** The results, and the end of a claim in the same transaction. */
export class Results {
  readonly #database: Database;
  readonly #labels: Labels;
  readonly #sinksOf: (scanner: string) => readonly string[];
  readonly #statements: Record<
    'find' | 'insertAnother' | 'insertFirst' | 'finish' | 'putBack' | 'deliver',
    Statement
  >;

  /**
   * `sinksOf` names who is owed a new result of a scanner; asked at every completion, since it changes with
   * the configuration.
   */
  constructor(database: Database, labels: Labels, sinksOf: (scanner: string) => readonly string[]) {
    this.#database = database;
    this.#labels = labels;
    this.#sinksOf = sinksOf;
    this.#statements = {
      find: database.prepare('SELECT id, record FROM results WHERE sha256 = ? ORDER BY id DESC LIMIT 1'),
      insertAnother: database.prepare(insert('true')),
      insertFirst: database.prepare(insert('NOT EXISTS (SELECT 1 FROM results WHERE sha256 = ?1)')),
      finish: database.prepare(`
        UPDATE files SET state = 'done', finished_at = ?, sha256 = ?, result_id = ?, reclassify = 0, reason_code = NULL, reason = NULL
        WHERE id = ? AND revision = ? AND state = 'running'`),
      putBack: database.prepare(`
        UPDATE files SET state = 'queued', attempts = max(attempts - 1, 0) WHERE id = ? AND revision = ? AND state = 'running'`),
      deliver: database.prepare(`
        INSERT INTO outbox (sink, result_id, scanner, path, size, mtime_ms) VALUES (?, ?, ?, ?, ?, ?)`),
    };
  }

  /** Finds the newest result of these bytes under any name. */
  find(sha256: string): StoredResult | undefined {
    const row = this.#statements.find.get(sha256);
    return row && toStoredResult(row);
  }

  /**
   * Ends claims: results, state `done` and what the sinks are owed become durable together. The same bytes
   * under two names, classified at the same moment, leave one result, also when the models were changed
   * between them.
   */
  complete(finished: readonly FinishedClaim[]): Completion[] {
    return this.#database.transaction(() =>
      finished.map((end) =>
        'record' in end
          ? this.#finishFirst(end.claim, end.record)
          : this.#finishCopy(end.claim, end.sha256, end.folderLabel),
      ),
    );
  }

  #finishFirst(claim: Claim, record: ResultRecord): Completion {
    const { sha256 } = record.image;
    const { changes, id } = this.#insert(record, claim);
    faultPoint('recording');
    if (changes !== 1) return this.#finishCopy(claim, sha256, record.label);
    const isFinished = this.#finish(claim, sha256, id);
    if (isFinished) this.#labels.fileRead(claim, sha256, record.label);
    this.#labels.count(sha256);
    return isFinished ? 'classified' : 'superseded';
  }

  /**
   * Inserts nothing if these models have classified the bytes already, or if any models have and the claim
   * does not ask to classify again.
   */
  #insert(record: ResultRecord, { reclassify }: Claim): { changes: number; id: number } {
    const { insertAnother, insertFirst } = this.#statements;
    return (reclassify ? insertAnother : insertFirst).run(
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

  #finishCopy(claim: Claim, sha256: string, folderLabel: string | undefined): Completion {
    const existing = this.#statements.find.get(sha256);
    if (!existing) {
      // Pruned since it was found: the next attempt classifies the image.
      this.#statements.putBack.run(claim.id, claim.revision);
      return 'superseded';
    }
    if (!this.#finish(claim, sha256, Number(existing['id']))) return 'superseded';
    const isClass = folderLabel !== undefined && knowsClass(toStoredResult(existing).record, folderLabel);
    if (this.#labels.fileRead(claim, sha256, isClass ? folderLabel : undefined)) this.#labels.count(sha256);
    return 'duplicate';
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

function insert(condition: string): string {
  return `
    INSERT INTO results (sha256, model_set, class, confidence, review, label, recorded_at, record)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE ${condition} ON CONFLICT (sha256, model_set) DO NOTHING`;
}

/** The models of a record as one string: a result is unique per image and this. */
export function modelSetOf({ models }: { readonly models: readonly ModelIdentity[] }): string {
  return models
    .map((model) => `${model.name}@${model.version}/${model.engine}/${model.weightsSha256}`)
    .join(' ');
}

/**
 * A column for `toStoredResult`, in a query in which `image` is an image's SHA-256: the label that it has
 * now.
 */
export function presentLabel(image: string): string {
  return `(SELECT labels.class FROM labels WHERE labels.sha256 = ${image}) AS present_label`;
}

/** Records never change in the ledger; the label is joined to them, since it may come, and change, later. */
export function toStoredResult(row: Row): StoredResult {
  const record = JSON.parse(String(row['record'])) as ResultRecord;
  const label = row['present_label'];
  return {
    id: Number(row['id']),
    record: typeof label === 'string' ? { ...record, label } : record,
  };
}
