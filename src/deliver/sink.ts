import type { Delivery } from '../ledger/ledger.js';

/**
 * Where results go besides the ledger. Deliveries come in order and at least once: after a crash the same ones may come
 * again, with the same image SHA-256 and model versions, and must do no harm.
 */
export interface Sink {
  readonly name: string;
  /** Resolves when all of them are durable at their destination; a rejection has them delivered again later. */
  deliver(deliveries: readonly Delivery[]): Promise<void>;
}
