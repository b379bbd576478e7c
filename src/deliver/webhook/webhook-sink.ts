import { createHash } from 'node:crypto';
import type { Delivery } from '../../ledger/ledger.js';
import { modelSetOf } from '../../ledger/results.js';
import { SOFTWARE } from '../../version.js';
import { documentOf } from '../document.js';
import type { Sink } from '../sink.js';
import { Patience } from './patience.js';
import { postDocument, type Receiver } from './post-document.js';

export interface WebhookOptions extends Receiver {
  readonly name: string;
  /** Computes the value of the header `webhook-signature`. */
  readonly sign: (id: string, at: Date, body: string) => string;
}

/**
 * Time limit for an answer while the daemon stops; without an answer, the result is sent again at the next
 * start.
 */
const ANSWERS_AT_STOP_MS = 5000;
/**
 * Longest time before acknowledged results are recorded: after a crash, only results of this period are sent
 * again.
 */
const LONGEST_GROUP_MS = 2000;

/**
 * Sends one POST per result, signed by the Standard Webhooks specification, one after the other: the order is
 * kept, and a receiver that is slow or down has only one request at a time.
 */
export class WebhookSink implements Sink {
  readonly name: string;
  readonly #options: WebhookOptions;

  constructor(options: WebhookOptions) {
    this.name = options.name;
    this.#options = options;
  }

  async deliver(deliveries: readonly Delivery[], stopping: AbortSignal): Promise<number> {
    const patience = new Patience(stopping, ANSWERS_AT_STOP_MS);
    try {
      return await this.#deliverInOrder(deliveries, stopping, patience.ended);
    } finally {
      patience.stop();
    }
  }

  async #deliverInOrder(
    deliveries: readonly Delivery[],
    stopping: AbortSignal,
    givenUp: AbortSignal,
  ): Promise<number> {
    const until = performance.now() + LONGEST_GROUP_MS;
    for (const [before, delivery] of deliveries.entries()) {
      if (before > 0 && (stopping.aborted || performance.now() > until)) return before;
      try {
        await this.#post(delivery, givenUp);
      } catch (error) {
        if (before === 0) throw error;
        // It is then the first of the next group, which reports the failure.
        return before;
      }
    }
    return deliveries.length;
  }

  async #post(delivery: Delivery, givenUp: AbortSignal): Promise<void> {
    const body = JSON.stringify(documentOf(delivery));
    const id = deliveryId(delivery);
    const at = new Date();
    const headers = {
      'content-type': 'application/json',
      'user-agent': `${SOFTWARE.name}/${SOFTWARE.version}`,
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': this.#options.sign(id, at, body),
    };
    await postDocument(this.#options, { headers, body, givenUp });
  }
}

/**
 * Identifier of a delivery, the same for every delivery of one result for one file, also after a crash, a
 * repair of the ledger or a replay: receivers can drop repeats. The outbox's row ids are not suitable, since
 * SQLite reuses them.
 */
export function deliveryId({ record, scanner, path }: Delivery): string {
  const what = JSON.stringify([record.image.sha256, scanner, path, modelSetOf(record)]);
  return `msg_${createHash('sha256').update(what).digest('hex').slice(0, 32)}`;
}
