import type { Config, ScannerConfig, SinkConfig } from '../config/schema.js';
import type { Outbox } from '../ledger/outbox.js';
import { AFTERWARDS, AfterwardsSink, type AfterwardsTelemetry } from './afterwards-sink.js';
import { Deliverer, type DelivererTelemetry } from './deliverer.js';
import { DocumentWriter } from './document-writer.js';
import { JsonSink } from './json-sink.js';
import { NdjsonSink } from './ndjson-sink.js';
import type { Sink } from './sink.js';
import { WebhookSecrets } from './webhook/webhook-secrets.js';
import { WebhookSink } from './webhook/webhook-sink.js';

/**
 * Names of the sinks that receive the results of a scanner, by the configuration in force: the ledger puts
 * them into the outbox.
 */
export function sinksOf(config: Config, scanner: string): string[] {
  const names = config.sinks.map(({ name }) => name);
  const isDisposed = config.scanners.some(
    ({ name, afterwards }) => name === scanner && afterwards.action !== 'keep',
  );
  return isDisposed ? [...names, AFTERWARDS] : names;
}

export interface DeliveryParts {
  readonly outbox: Outbox;
  readonly telemetry: AfterwardsTelemetry & DelivererTelemetry;
  /** Compiled thread of the document writers. */
  readonly writerFile: URL;
  /** Called after every group that was delivered or failed. */
  readonly onProgress: () => void;
}

/** All sinks of the configuration in force; each delivers its part of the outbox. */
export class DeliveryManager {
  readonly #parts: DeliveryParts;
  readonly #secrets = new WebhookSecrets();
  #deliverers: Deliverer[] = [];

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  /**
   * Reads the secrets that a configuration names, before it is applied. New secrets are valid from now on.
   * @throws SmearwatchError `webhook-secret-unusable`
   */
  async prepare(config: Config): Promise<void> {
    await this.#secrets.read(secretFilesOf(config));
  }

  /**
   * Replaces the sinks by those of `config`, which must have been prepared. Results in the outbox wait for a
   * sink of the same name.
   */
  async use(config: Config): Promise<void> {
    const { outbox, telemetry, onProgress } = this.#parts;
    await this.stop();
    this.#secrets.keepOnly(secretFilesOf(config));
    const scannerOf = (name: string): ScannerConfig | undefined =>
      config.scanners.find((scanner) => scanner.name === name);
    const sinks = [
      ...config.sinks.map((sink) => this.#create(sink)),
      new AfterwardsSink(scannerOf, telemetry),
    ];
    this.#deliverers = sinks.map((sink) => new Deliverer(outbox, sink, telemetry, onProgress));
    this.wake();
  }

  #create(sink: SinkConfig): Sink {
    switch (sink.type) {
      case 'json':
        return new JsonSink(sink.name, sink.folder, new DocumentWriter(this.#parts.writerFile));
      case 'ndjson':
        return new NdjsonSink(sink.name, sink.file);
      case 'webhook':
        return new WebhookSink({ ...sink, sign: (...what) => this.#secrets.sign(sink.secretFile, ...what) });
    }
  }

  wake(): void {
    for (const deliverer of this.#deliverers) deliverer.wake();
  }

  /** Names of the sinks that fail at present. */
  get failing(): string[] {
    return this.#deliverers.filter(({ isFailing }) => isFailing).map(({ sinkName }) => sinkName);
  }

  /** Problems that keep sinks from receiving results, one sentence each. */
  problems(limitMs: number): string[] {
    return this.#deliverers
      .map((deliverer) => deliverer.problem(limitMs))
      .filter((problem) => problem !== undefined);
  }

  /** Whether every configured sink has received all its results. */
  isDone(): boolean {
    const waiting = this.#parts.outbox.counts();
    return this.#deliverers.every(({ sinkName }) => waiting[sinkName] === undefined);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#deliverers.map((deliverer) => deliverer.stop()));
  }
}

function secretFilesOf({ sinks }: Config): string[] {
  return sinks.flatMap((sink) => (sink.type === 'webhook' ? [sink.secretFile] : []));
}
