import { once, EventEmitter } from 'node:events';
import { availableParallelism } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import type { Registry } from 'prom-client';
import type { LoadedConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { configureDecoding } from '../decode/decode-image.js';
import { Delivery, sinksOf } from '../deliver/delivery.js';
import { SmearwatchError } from '../errors.js';
import { startHttpServer, type HttpServer } from '../http/server.js';
import type { DaemonStatus, Readiness, StatusSource } from '../http/status.js';
import { Ledger } from '../ledger/ledger.js';
import { Ingest } from '../pipeline/ingest.js';
import type { Outcome } from '../pipeline/recorder.js';
import { loadModelSpecs, resolveModels } from '../pool/model-specs.js';
import { ModelServer } from '../pool/model-server.js';
import type { PoolOptions } from '../pool/inference-pool.js';
import type { ModelIdentity } from '../record.js';
import { collectState } from '../telemetry/state-collector.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import type { ThroughputMeter } from '../telemetry/throughput.js';
import { SOFTWARE } from '../version.js';
import { applyReload } from './reload.js';
import { ScannerIntake } from './scanner-intake.js';

export interface DaemonParts {
  readonly telemetry: Telemetry;
  readonly registry: Registry;
  readonly throughput: ThroughputMeter;
  /** Compiled inference worker. */
  readonly workerFile: URL;
}

const CHECKPOINT_INTERVAL_MS = 15_000;
/** How often files are looked for that another process has queued again (`smearwatch replay`). */
const LOOK_INTERVAL_MS = 1000;
/** How often labels such as `alexnet@production` are looked up again. */
const LABELS_INTERVAL_MS = 5000;

/** Everything that runs, wired together once: the ledger, the models, the flow, the sinks, the watchers, HTTP. */
export class Daemon implements StatusSource {
  /** How this run's work has ended so far. */
  readonly tally: Record<Outcome, number> = {
    classified: 0,
    duplicate: 0,
    superseded: 0,
    released: 0,
    retried: 0,
    quarantined: 0,
  };
  readonly #parts: DaemonParts;
  readonly #ledger: Ledger;
  readonly #delivery: Delivery;
  readonly #intake: ScannerIntake;
  readonly #startedAt = new Date();
  /** Emits `progress` whenever work ended or was delivered. */
  readonly #events = new EventEmitter();
  readonly #timers: NodeJS.Timeout[] = [];
  #loaded: LoadedConfig;
  #server: ModelServer | undefined;
  #ingest: Ingest | undefined;
  #http: HttpServer | undefined;
  #reloading: Promise<void> = Promise.resolve();
  #isStopping = false;
  /** The models that a moved label asked for last. */
  #tried: readonly ModelIdentity[] = [];

  private constructor(loaded: LoadedConfig, parts: DaemonParts) {
    this.#parts = parts;
    this.#loaded = loaded;
    const progress = (): void => void this.#events.emit('progress');
    this.#ledger = Ledger.own(loaded.config.stateFolder, (scanner) => sinksOf(this.config, scanner));
    this.#delivery = new Delivery(this.#ledger.outbox, parts.telemetry, progress);
    this.#intake = new ScannerIntake(this.#ledger.queue, parts.telemetry, () => this.#ingest?.wake());
  }

  /**
   * Resolves when images are being taken in. HTTP answers before that, so that /readyz can say what is missing.
   * @throws SmearwatchError of the part that failed; nothing is left running then
   */
  static async start(loaded: LoadedConfig, parts: DaemonParts): Promise<Daemon> {
    configureDecoding();
    const daemon = new Daemon(loaded, parts);
    try {
      await daemon.#start();
      return daemon;
    } catch (error) {
      await daemon.stop();
      throw error;
    }
  }

  get config(): Config {
    return this.#loaded.config;
  }

  /**
   * Takes over a changed configuration, or refuses it as a whole; one reload at a time. Also looks where labels such as
   * `alexnet@production` point now.
   */
  reload(): Promise<void> {
    this.#reloading = this.#reloading.then(() => this.#reload());
    return this.#reloading;
  }

  /**
   * Resolves once everything that lay in the folders at the start has ended and been delivered.
   * @throws SmearwatchError `sink-failing` when only a failing sink keeps it from that
   */
  async workedOff(): Promise<void> {
    await this.#intake.whenSettled();
    for (;;) {
      const { queued, running } = this.#ledger.queue.counts();
      if (queued === 0 && running === 0) {
        if (this.#delivery.isDone()) return;
        const [failing] = this.#delivery.failing;
        if (failing !== undefined) throw sinkFailing(failing);
      }
      await once(this.#events, 'progress');
    }
  }

  /** Finishes what is in flight, within the configured time, and closes everything. Safe to call more than once. */
  async stop(): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#timers.forEach(clearInterval);
    await this.#reloading;
    await this.#intake.stop();
    const returned = (await this.#ingest?.stop(this.config.shutdownTimeoutMs)) ?? 0;
    await this.#delivery.stop();
    await (returned > 0 ? this.#server?.destroy() : this.#server?.close());
    await this.#http?.close();
    this.#ledger.close();
    this.#parts.telemetry.stopped({ returnedToQueue: returned, ended: this.tally });
  }

  ready(): Readiness {
    const reasons: string[] = [];
    if (this.#isStopping) reasons.push('stopping');
    if (!this.#ingest) reasons.push('loading models');
    const workers = this.#server?.workers;
    if (workers && workers.alive < workers.configured) {
      reasons.push(`${workers.configured - workers.alive} of ${workers.configured} workers missing`);
    }
    return { ready: reasons.length === 0, reasons };
  }

  status(): DaemonStatus {
    const unsettled = this.#intake.unsettled();
    return {
      version: SOFTWARE.version,
      startedAt: this.#startedAt.toISOString(),
      uptimeSeconds: (Date.now() - this.#startedAt.getTime()) / 1000,
      configuration: { file: this.#loaded.file, sha256: this.#loaded.sha256 },
      models: this.#server?.models ?? [],
      work: this.#ledger.queue.counts(),
      workers: this.#server?.workers ?? { configured: 0, alive: 0, busy: 0 },
      outbox: this.#ledger.outbox.counts(),
      inFlight: this.#ingest?.inFlight ?? 0,
      imagesPerSecond: this.#parts.throughput.perSecond(),
      scanners: this.config.scanners.map(({ name, folder }) => ({
        name,
        folder,
        unsettled: unsettled[name]?.count ?? 0,
      })),
    };
  }

  async #start(): Promise<void> {
    const { telemetry, registry } = this.#parts;
    const startedAt = performance.now();
    this.#ledger.queue.recover();
    collectState(registry, {
      work: () => this.#ledger.queue.counts(),
      workers: () => this.status().workers,
      outbox: () => this.#ledger.outbox.counts(),
      models: () => this.#server?.models ?? [],
      inFlight: () => this.#ingest?.inFlight ?? 0,
    });
    const { http } = this.config;
    if (http.enabled) this.#http = await startHttpServer({ ...http, registry, source: this });
    const loadingAt = performance.now();
    this.#server = await ModelServer.start(await this.#poolOptions(this.config));
    telemetry.modelsLoaded({ models: this.#server.models, durationMs: performance.now() - loadingAt });
    this.#ingest = this.#createIngest(this.#server);
    await this.#delivery.use(this.config);
    this.#ingest.start();
    await this.#intake.watch(this.config);
    telemetry.ready({ url: this.#http?.url, durationMs: performance.now() - startedAt });
    this.#timers.push(
      setInterval(() => this.#ledger.checkpoint(), CHECKPOINT_INTERVAL_MS),
      setInterval(() => this.#ingest?.wake(), LOOK_INTERVAL_MS),
      setInterval(() => void this.#followLabels(), LABELS_INTERVAL_MS),
    );
  }

  #createIngest(server: ModelServer): Ingest {
    return new Ingest({
      ledger: this.#ledger,
      classifier: server,
      telemetry: this.#parts.telemetry,
      config: () => this.config,
      decodeConcurrency: this.config.pipeline.decodeConcurrency ?? availableParallelism(),
      onEnded: (outcome) => {
        this.tally[outcome] += 1;
        this.#delivery.wake();
        this.#events.emit('progress');
      },
    });
  }

  /** Swaps to the versions that the configured labels point at now; a version that was refused is not tried again. */
  async #followLabels(): Promise<void> {
    const wanted = await resolveModels(this.config.models).catch(() => undefined);
    // Unreadable just now (a label that is being written, a registry on a share): the next look decides.
    if (!wanted || isDeepStrictEqual(wanted, this.#server?.models) || isDeepStrictEqual(wanted, this.#tried))
      return;
    this.#tried = wanted;
    await this.reload();
  }

  async #reload(): Promise<void> {
    const server = this.#server;
    if (!server || this.#isStopping) return;
    const next = await applyReload(this.#loaded, {
      server,
      telemetry: this.#parts.telemetry,
      poolOptions: (config) => this.#poolOptions(config),
    });
    if (!next) return;
    this.#loaded = next;
    await this.#delivery.use(next.config);
    await this.#intake.watch(next.config);
    this.#ingest?.wake();
  }

  async #poolOptions({ models, pool }: Config): Promise<PoolOptions> {
    return {
      workerFile: this.#parts.workerFile,
      workers: pool.workers ?? availableParallelism(),
      models: await loadModelSpecs(models),
      taskTimeoutMs: pool.taskTimeoutMs,
      onWorkerLost: (reason) => this.#parts.telemetry.workerRestarted({ reason }),
    };
  }
}

function sinkFailing(sink: string): SmearwatchError {
  return new SmearwatchError(`Everything is classified, but sink ${sink} cannot be delivered to`, {
    code: 'sink-failing',
    hint: 'The log has the reason. Nothing is lost: the next run delivers what is owed.',
  });
}
