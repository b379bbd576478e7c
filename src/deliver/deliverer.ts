import { backoffMs } from '../backoff.js';
import { messageOf } from '../errors.js';
import { faultPoint } from '../faults.js';
import type { Outbox } from '../ledger/outbox.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import type { Sink } from './sink.js';

/** Deliveries in a group: at most this number of files are open at once. */
const GROUP = 64;
const BACKOFF = { firstMs: 1000, longestMs: 60_000 };

export type DelivererTelemetry = Pick<Telemetry, 'delivered' | 'deliveryFailed'>;

/**
 * Delivers one sink's part of the outbox, in order. A sink that fails is tried again and does not delay the
 * others.
 */
export class Deliverer {
  readonly #outbox: Outbox;
  readonly #sink: Sink;
  readonly #telemetry: DelivererTelemetry;
  readonly #onProgress: () => void;
  #working: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  /** Number of failures since the last delivery. */
  #failures = 0;
  readonly #stopping = new AbortController();
  #hasMore = false;
  #problem: string | undefined;
  #groupBegan: number | undefined;

  /** `onProgress` is called after every group that was delivered or failed. */
  constructor(outbox: Outbox, sink: Sink, telemetry: DelivererTelemetry, onProgress: () => void) {
    this.#outbox = outbox;
    this.#sink = sink;
    this.#telemetry = telemetry;
    this.#onProgress = onProgress;
  }

  get sinkName(): string {
    return this.#sink.name;
  }

  /** Whether the sink has failed and waits for its next try. */
  get isFailing(): boolean {
    return this.#retry !== undefined;
  }

  /** The current failure, or a sentence that a group has been in progress for longer than `limitMs`. */
  problem(limitMs: number): string | undefined {
    const forMs = this.#groupBegan === undefined ? 0 : performance.now() - this.#groupBegan;
    if (forMs > limitMs) return `sink ${this.sinkName} has not answered for ${Math.round(forMs / 1000)} s`;
    return this.#problem && `sink ${this.sinkName} fails: ${this.#problem}`;
  }

  /** Looks for deliveries at once. */
  wake(): void {
    this.#hasMore = true;
    if (this.#working || this.#retry || this.#stopping.signal.aborted) return;
    this.#working = this.#deliverAll().finally(() => {
      this.#working = undefined;
      if (this.#hasMore) this.wake();
    });
  }

  /** Stops after the group in progress, and closes the sink. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#hasMore = false;
    clearTimeout(this.#retry);
    await this.#working;
    await this.#sink.close?.();
  }

  async #deliverAll(): Promise<void> {
    try {
      while (!this.#stopping.signal.aborted) {
        this.#hasMore = false;
        const deliveries = this.#outbox.next(this.#sink.name, GROUP);
        if (deliveries.length === 0) return;
        const start = performance.now();
        this.#groupBegan = start;
        const records = await this.#sink.deliver(deliveries, this.#stopping.signal);
        faultPoint('delivered-not-acknowledged');
        this.#outbox.remove(this.#sink.name, deliveries.slice(0, records));
        faultPoint('acknowledged');
        this.#failures = 0;
        this.#problem = undefined;
        const durationMs = performance.now() - start;
        this.#telemetry.delivered({ sink: this.#sink.name, records, durationMs });
        this.#onProgress();
      }
    } catch (error) {
      this.#problem = messageOf(error);
      this.#telemetry.deliveryFailed({ sink: this.#sink.name, error });
      this.#tryAgainLater();
      this.#onProgress();
    } finally {
      this.#groupBegan = undefined;
    }
  }

  #tryAgainLater(): void {
    if (this.#stopping.signal.aborted) return;
    this.#failures += 1;
    this.#retry = setTimeout(
      () => {
        this.#retry = undefined;
        this.wake();
      },
      backoffMs(this.#failures, BACKOFF),
    );
  }
}
