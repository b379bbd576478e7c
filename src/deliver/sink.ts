import type { Delivery } from '../ledger/ledger.js';

/**
 * A destination of results in addition to the ledger. Deliveries arrive in order and at least once: after a
 * crash the same ones may arrive again, with the same image SHA-256 and model versions, and must do no harm.
 */
export interface Sink {
  readonly name: string;
  /**
   * Delivers results. Resolves with the number of deliveries, from the first on, that are durable at their
   * destination: at least one. The others are delivered next; after a rejection all of them are delivered
   * again later. Once `stopping` is aborted, a sink that delivers one by one begins no further delivery.
   */
  deliver(deliveries: readonly Delivery[], stopping: AbortSignal): Promise<number>;
  /** Releases its resources; no delivery follows. */
  close?(): Promise<void>;
}
