import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from '@photostructure/sqlite';

const BUSY_TIMEOUT_MS = 1000;

/**
 * Tells inference workers which bytes have a result. It has its own read-only connection: WAL lets it read
 * while the daemon writes. Its answer is a hint that saves work: the transaction that ends a claim decides
 * whether the image is a copy.
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

  /** Returns false if the ledger cannot be read: the end of the claim then fails too, and reports it. */
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
