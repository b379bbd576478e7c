import { statSync } from 'node:fs';
import { faultPoint } from '../faults.js';
import { Browse } from './browse.js';
import { Database, type OnCommitted } from './database.js';
import { DriftReferences } from './drift-references.js';
import { LabelFiles } from './label-files.js';
import { LabelledPredictions } from './labelled-predictions.js';
import { Labels } from './labels.js';
import { ledgerFile, requireLedger } from './ledger-file.js';
import { lockState } from './lock.js';
import { makeMissingLedger } from './new-ledger.js';
import { Outbox } from './outbox.js';
import { Pruning } from './pruning.js';
import { Queue } from './queue.js';
import { Rehashes } from './rehashes.js';
import { finishSwap, refuseUnfinished } from './repair/swap.js';
import { Results } from './results.js';
import { Suspects } from './suspects.js';

export { ledgerFile } from './ledger-file.js';
export type { Claim, Reason } from './queue.js';
export { LONGEST_DELAY_MS, VANISHED } from './queue.js';
export type { Completion, FinishedClaim, StoredResult } from './results.js';
export type { Delivery } from './outbox.js';
export type { DoubtfulFile, Rehashes } from './rehashes.js';
export type { LedgerFile, QuarantinedFile, ResultFilter } from './browse.js';

export type { GivenLabel, Label, LabelOutcome, LabelSource, LabelTarget } from './label.js';

/**
 * The durable queue, memory and record of one daemon, in `<stateFolder>/ledger.sqlite`: what was seen, what
 * is done, what the sinks are still owed. Everything that a method has done is on the disk when it returns.
 */
export class Ledger {
  readonly queue: Queue;
  readonly suspects: Suspects;
  readonly rehashes: Rehashes;
  readonly results: Results;
  readonly outbox: Outbox;
  readonly browse: Browse;
  readonly labels: Labels;
  readonly labelFiles: LabelFiles;
  readonly labelledPredictions: LabelledPredictions;
  readonly driftReferences: DriftReferences;
  readonly pruning: Pruning;
  readonly #file: string;
  readonly #database: Database;
  readonly #unlock: () => void;
  readonly #isOwner: boolean;

  private constructor(
    file: string,
    database: Database,
    sinksOf: (scanner: string) => readonly string[],
    unlock?: () => void,
  ) {
    this.#file = file;
    this.#database = database;
    this.#isOwner = unlock !== undefined;
    this.#unlock = unlock ?? (() => undefined);
    this.queue = new Queue(database);
    this.suspects = new Suspects(database);
    this.rehashes = new Rehashes(database);
    this.labelledPredictions = new LabelledPredictions(database);
    this.labels = new Labels(database, this.labelledPredictions);
    this.labelFiles = new LabelFiles(database, this.labels);
    this.driftReferences = new DriftReferences(database);
    this.results = new Results(database, this.labels, sinksOf);
    this.outbox = new Outbox(database);
    this.browse = new Browse(database);
    this.pruning = new Pruning(database);
  }

  /**
   * Opens the ledger for the daemon, the only process that works on the queue: one process owns a state
   * folder.
   * @throws SmearwatchError `ledger-in-use`, `ledger-unopenable`, `ledger-too-old`, `ledger-newer`,
   *   `ledger-damaged`
   */
  static own(
    stateFolder: string,
    sinksOf: (scanner: string) => readonly string[],
    onCommitted?: OnCommitted,
  ): Ledger {
    const unlock = lockState(stateFolder);
    const file = ledgerFile(stateFolder);
    try {
      finishSwap(file);
      makeMissingLedger(file);
      requireLedger(file);
      return new Ledger(file, Database.open(file, onCommitted), sinksOf, unlock);
    } catch (error) {
      unlock();
      throw error;
    }
  }

  /**
   * For commands that look at the ledger or queue files again, also while a daemon owns it.
   * @throws SmearwatchError `ledger-missing`, `ledger-in-repair`, and what `own` throws of the file
   */
  static visit(stateFolder: string): Ledger {
    const file = ledgerFile(stateFolder);
    refuseUnfinished(file);
    requireLedger(file);
    return new Ledger(file, Database.open(file), () => []);
  }

  /** Moves the write-ahead log into the database, as far as readers allow; for a timer. */
  checkpoint(): void {
    faultPoint('checkpointing');
    this.#database.run('PRAGMA wal_checkpoint(PASSIVE)');
    faultPoint('checkpointed');
  }

  /** Why the ledger could not be written, or read, when that was tried last; undefined once it can be. */
  get problem(): string | undefined {
    return this.#database.problem;
  }

  /**
   * Writes one page where nothing has been written for `idleMs`, to learn whether new files could be queued:
   * no image may arrive for hours, and the failure would stay unnoticed.
   * @throws what keeps the ledger from being written
   */
  probe(idleMs: number): void {
    if (this.#database.problem === undefined && this.#database.idleMs < idleMs) return;
    this.#database.rewriteVersion();
  }

  /** What is wrong with the file, once a damaged page was met. */
  get damage(): string | undefined {
    return this.#database.damage;
  }

  /** What it takes on the disk. */
  bytes(): { readonly database: number; readonly writeAheadLog: number } {
    const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    return { database: sizeOf(this.#file), writeAheadLog: sizeOf(`${this.#file}-wal`) };
  }

  close(): void {
    if (this.#isOwner) this.#leaveOneFile();
    this.#database.close();
    this.#unlock();
  }

  /**
   * Merges the write-ahead log into the ledger, so that a copy of the one file is complete after the daemon
   * has stopped. It does not wait for readers.
   */
  #leaveOneFile(): void {
    try {
      this.#database.run('PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // A full disk, a damaged page: nothing is lost by it, SQLite finds the log beside the ledger.
    }
  }
}
