import type { Delivery } from '../ledger/ledger.js';
import { documentOf } from './document.js';
import type { Writer } from './document-writer.js';
import type { Sink } from './sink.js';

/** Writes one JSON file per image: `<folder>/<scanner>/<path of the image>.json`. */
export class JsonSink implements Sink {
  readonly name: string;
  readonly #folder: string;
  readonly #writer: Writer;

  constructor(name: string, folder: string, writer: Writer) {
    this.name = name;
    this.#folder = folder;
    this.#writer = writer;
  }

  async deliver(deliveries: readonly Delivery[]): Promise<number> {
    await this.#writer.write(
      deliveries.map((delivery) => ({
        folder: this.#folder,
        scanner: delivery.scanner,
        path: delivery.path,
        content: `${JSON.stringify(documentOf(delivery), undefined, 2)}\n`,
      })),
    );
    return deliveries.length;
  }

  async close(): Promise<void> {
    await this.#writer.close();
  }
}
