import type { Delivery } from '../ledger/ledger.js';

/**
 * Where results go besides the ledger. Deliveries come in order and at least once: after a crash the same
 * ones may come again, with the same image SHA-256 and model versions, and must do no harm.
 */
export interface Sink {
  readonly name: string;
  /**
   * Resolves with how many of the first ones are durable at their destination: at least one. The others are
   * delivered next; a rejection has all of them delivered again later. Once `stopping` is aborted, a sink
   * that takes them one by one begins no further one.
   */
  deliver(deliveries: readonly Delivery[], stopping: AbortSignal): Promise<number>;
  /** Lets go of what it holds; nothing is delivered any more. */
  close?(): Promise<void>;
}
