import { join } from 'node:path';
import { faultPoint } from '../faults.js';
import { Browse } from './browse.js';
import { Database } from './database.js';
import { DriftReferences } from './drift-references.js';
import { LabelFiles } from './label-files.js';
import { LabelledPredictions } from './labelled-predictions.js';
import { Labels } from './labels.js';
import { lockState } from './lock.js';
import { Outbox } from './outbox.js';
import { Queue } from './queue.js';
import { Results } from './results.js';
import { Suspects } from './suspects.js';

export type { Claim, Reason } from './queue.js';
export { VANISHED } from './queue.js';
export type { Completion, StoredResult } from './results.js';
export type { Delivery } from './outbox.js';
export type { LedgerFile, QuarantinedFile, ResultFilter } from './browse.js';

export type { GivenLabel, Label, LabelOutcome, LabelSource, LabelTarget } from './label.js';

/**
 * The durable queue, memory and record of one daemon, in `<stateFolder>/ledger.sqlite`: what was seen, what is done,
 * what the sinks are still owed. Everything that a method has done is on the disk when it returns.
 */
export class Ledger {
  readonly queue: Queue;
  readonly suspects: Suspects;
  readonly results: Results;
  readonly outbox: Outbox;
  readonly browse: Browse;
  readonly labels: Labels;
  readonly labelFiles: LabelFiles;
  readonly labelledPredictions: LabelledPredictions;
  readonly driftReferences: DriftReferences;
  readonly #database: Database;
  readonly #unlock: () => void;

  private constructor(
    database: Database,
    sinksOf: (scanner: string) => readonly string[],
    unlock: () => void,
  ) {
    this.#database = database;
    this.#unlock = unlock;
    this.queue = new Queue(database);
    this.suspects = new Suspects(database);
    this.labelledPredictions = new LabelledPredictions(database);
    this.labels = new Labels(database, this.labelledPredictions);
    this.labelFiles = new LabelFiles(database, this.labels);
    this.driftReferences = new DriftReferences(database);
    this.results = new Results(database, this.labels, sinksOf);
    this.outbox = new Outbox(database);
    this.browse = new Browse(database);
  }

  /**
   * For the daemon, which alone works off the queue: nobody else may own the same state folder.
   * @throws SmearwatchError `ledger-in-use`, `ledger-unopenable`, `ledger-newer`
   */
  static own(stateFolder: string, sinksOf: (scanner: string) => readonly string[]): Ledger {
    const unlock = lockState(stateFolder);
    try {
      return new Ledger(Database.open(ledgerFile(stateFolder)), sinksOf, unlock);
    } catch (error) {
      unlock();
      throw error;
    }
  }

  /** For commands that look at the ledger or queue files again, also while a daemon owns it. */
  static visit(stateFolder: string): Ledger {
    return new Ledger(
      Database.open(ledgerFile(stateFolder)),
      () => [],
      () => undefined,
    );
  }

  /** Moves the write-ahead log into the database, as far as readers allow; for a timer. */
  checkpoint(): void {
    faultPoint('checkpointing');
    this.#database.run('PRAGMA wal_checkpoint(PASSIVE)');
    faultPoint('checkpointed');
  }

  close(): void {
    this.#database.close();
    this.#unlock();
  }
}

export function ledgerFile(stateFolder: string): string {
  return join(stateFolder, 'ledger.sqlite');
}
