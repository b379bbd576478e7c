import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from '@photostructure/sqlite';

const BUSY_TIMEOUT_MS = 1000;

/**
 * Which bytes have a result, for inference workers: a reader of its own beside the daemon's connection (WAL
 * lets them go on side by side). A hint that saves work: whether a claim ends as a copy is decided in the
 * transaction that ends it.
 */
export class KnownImages {
  readonly #connection: DatabaseSyncInstance;
  readonly #has: StatementSyncInstance;

  private constructor(connection: DatabaseSyncInstance) {
    this.#connection = connection;
    this.#has = connection.prepare('SELECT 1 FROM results WHERE sha256 = ? LIMIT 1');
  }

  static open(ledgerFile: string): KnownImages {
    return new KnownImages(new DatabaseSync(ledgerFile, { readOnly: true, timeout: BUSY_TIMEOUT_MS }));
  }

  /** False also where the ledger cannot be read: whoever ends the claim meets that, too, and says so. */
  has(sha256: string): boolean {
    try {
      return this.#has.get(sha256) !== undefined;
    } catch {
      return false;
    }
  }

  close(): void {
    this.#connection.close();
  }
}
