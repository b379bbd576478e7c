import type { ResultRecord } from '../record.js';
import type { Database, Row, Statement } from './database.js';
import type { GivenLabel, Label, LabelOutcome, LabelSource, LabelTarget } from './label.js';
import type { LabelledPredictions } from './labelled-predictions.js';
import type { Claim } from './queue.js';

type StatementName =
  | ('find' | 'insert' | 'replace' | 'archive' | 'history' | 'results' | 'hasResult' | 'fileOf')
  | ('wait' | 'waiting' | 'forget' | 'countWaiting');

/** The true classes of images: who gave them, what they were before, and whom they still wait for. */
export class Labels {
  readonly #database: Database;
  readonly #predictions: LabelledPredictions;
  readonly #statements: Record<StatementName, Statement>;

  constructor(database: Database, predictions: LabelledPredictions) {
    this.#database = database;
    this.#predictions = predictions;
    const columns = 'class, given_by, source, given_at';
    this.#statements = {
      find: database.prepare(`SELECT ${columns} FROM labels WHERE sha256 = ?`),
      insert: database.prepare(`INSERT INTO labels (${columns}, sha256) VALUES (?, ?, ?, ?, ?)`),
      replace: database.prepare(
        'UPDATE labels SET class = ?, given_by = ?, source = ?, given_at = ? WHERE sha256 = ?',
      ),
      archive: database.prepare(`
        INSERT INTO label_history (sha256, ${columns}) SELECT sha256, ${columns} FROM labels WHERE sha256 = ?`),
      history: database.prepare(`SELECT ${columns} FROM label_history WHERE sha256 = ? ORDER BY id`),
      results: database.prepare('SELECT record FROM results WHERE sha256 = ? ORDER BY id'),
      hasResult: database.prepare('SELECT 1 FROM results WHERE sha256 = ? LIMIT 1'),
      fileOf: database.prepare('SELECT sha256 FROM files WHERE scanner = ? AND path = ?'),
      wait: database.prepare(
        `INSERT INTO waiting_labels (${columns}, scanner, path) VALUES (?, ?, ?, ?, ?, ?)`,
      ),
      waiting: database.prepare(
        `SELECT ${columns} FROM waiting_labels WHERE scanner = ? AND path = ? ORDER BY id`,
      ),
      forget: database.prepare('DELETE FROM waiting_labels WHERE scanner = ? AND path = ?'),
      countWaiting: database.prepare('SELECT count(*) AS labels FROM waiting_labels'),
    };
  }

  /** Takes all of them over, or none. */
  give(given: readonly GivenLabel[]): LabelOutcome[] {
    return this.#database.transaction(() => given.map((each) => this.giveWithin(each)));
  }

  /** Gives a label in the caller's transaction. */
  giveWithin({ target, label }: GivenLabel): LabelOutcome {
    const sha256 = this.imageOf(target);
    if (sha256 === undefined) return this.#wait(target, label);
    const outcome = this.#label(sha256, label);
    if (isChange(outcome)) this.#count(sha256, label.class);
    return outcome;
  }

  find(sha256: string): Label | undefined {
    const row = this.#statements.find.get(sha256);
    return row && toLabel(row);
  }

  /** Every label that the image has had, the present one last. */
  history(sha256: string): Label[] {
    const present = this.find(sha256);
    return [...this.#statements.history.all(sha256).map(toLabel), ...(present ? [present] : [])];
  }

  /** Whether an image has a result, so that a label of it takes effect now. */
  hasResult(sha256: string): boolean {
    return this.#statements.hasResult.get(sha256) !== undefined;
  }

  /** Labels whose file has not been read yet. */
  countWaiting(): number {
    return Number(this.#statements.countWaiting.get()?.['labels'] ?? 0);
  }

  /**
   * Applies the labels that wait for a file, and that of its folder's name, in the transaction that ends its
   * claim.
   * @returns whether the image's label is another now
   */
  fileRead({ scanner, path }: Claim, sha256: string, folderLabel: string | undefined): boolean {
    const labels = this.#statements.waiting.all(scanner, path).map(toLabel);
    if (labels.length > 0) this.#statements.forget.run(scanner, path);
    if (folderLabel !== undefined) labels.unshift(labelOfFolder(folderLabel));
    return labels.map((label) => this.#label(sha256, label)).some(isChange);
  }

  /** Counts the models' predictions from now on if the image has a label, in the same transaction. */
  count(sha256: string): void {
    const label = this.#statements.find.get(sha256);
    if (label) this.#count(sha256, String(label['class']));
  }

  /** The image that a target means; undefined for a file that has not been read yet. */
  imageOf(target: LabelTarget): string | undefined {
    if ('sha256' in target) return target.sha256;
    const sha256 = this.#statements.fileOf.get(target.scanner, target.path)?.['sha256'];
    return sha256 == null ? undefined : String(sha256);
  }

  /** Keeps a label until its file is seen: a label may arrive before its image. */
  #wait(target: LabelTarget, label: Label): LabelOutcome {
    if ('sha256' in target) throw new TypeError('an image that is known by its bytes need not wait');
    const { scanner, path } = target;
    const last = this.#statements.waiting.all(scanner, path).at(-1);
    const previous = last && String(last['class']);
    if (previous !== label.class) this.#statements.wait.run(...valuesOf(label), scanner, path);
    return { outcome: 'waiting', sha256: undefined, previous };
  }

  #label(sha256: string, label: Label): LabelOutcome {
    const present = this.find(sha256);
    if (!present) {
      this.#statements.insert.run(...valuesOf(label), sha256);
      return { outcome: 'set', sha256, previous: undefined };
    }
    const previous = present.class;
    const isSame = previous === label.class;
    // An image that is replayed under other models is still in the same folder, but its label was corrected
    // since.
    const isOverruled = label.source === 'folder' && present.source !== 'folder';
    const isConfirmed = isSame && label.source !== 'folder' && present.source === 'folder';
    if (!isConfirmed && (isSame || isOverruled))
      return { outcome: isSame ? 'unchanged' : 'kept', sha256, previous };
    this.#statements.archive.run(sha256);
    this.#statements.replace.run(...valuesOf(label), sha256);
    return { outcome: isSame ? 'unchanged' : 'changed', sha256, previous };
  }

  /** Counts the predictions of all models that have classified these bytes. */
  #count(sha256: string, label: string): void {
    for (const row of this.#statements.results.all(sha256))
      this.#predictions.put(JSON.parse(String(row['record'])) as ResultRecord, label);
  }
}

function isChange({ outcome }: LabelOutcome): boolean {
  return outcome === 'set' || outcome === 'changed';
}

function labelOfFolder(name: string): Label {
  return { class: name, by: 'folder', source: 'folder', at: new Date().toISOString() };
}

function valuesOf(label: Label): [string, string, string, number] {
  return [label.class, label.by, label.source, Date.parse(label.at)];
}

function toLabel(row: Row): Label {
  return {
    class: String(row['class']),
    by: String(row['given_by']),
    source: row['source'] as LabelSource,
    at: new Date(Number(row['given_at'])).toISOString(),
  };
}
