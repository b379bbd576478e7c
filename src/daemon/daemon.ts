import { EventEmitter, once } from 'node:events';
import { availableParallelism } from 'node:os';
import type { Registry } from 'prom-client';
import type { LoadedConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { configureDecoding } from '../decode/decode-image.js';
import { Delivery, sinksOf } from '../deliver/delivery.js';
import { startHttpServer, type HttpServer } from '../http/server.js';
import type { DaemonStatus, Readiness, StatusSource } from '../http/status.js';
import { Ledger } from '../ledger/ledger.js';
import { Ingest } from '../pipeline/ingest.js';
import type { Outcome } from '../pipeline/recorder.js';
import type { PoolOptions } from '../pool/inference-pool.js';
import { loadModelSpecs } from '../pool/model-specs.js';
import { ModelServer } from '../pool/model-server.js';
import { collectState } from '../telemetry/state-collector.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import type { ThroughputMeter } from '../telemetry/throughput.js';
import { SOFTWARE } from '../version.js';
import { Reloader } from './reloader.js';
import { ScannerIntake } from './scanner-intake.js';
import { workOff } from './work-off.js';

export interface DaemonParts {
  readonly telemetry: Telemetry;
  readonly registry: Registry;
  readonly throughput: ThroughputMeter;
  /** Compiled inference worker. */
  readonly workerFile: URL;
}

/** What exists once the models are loaded. */
interface Serving {
  readonly server: ModelServer;
  readonly ingest: Ingest;
  readonly reloader: Reloader;
}

const CHECKPOINT_INTERVAL_MS = 15_000;
/** How often files are looked for that another process has queued again (`smearwatch replay`). */
const LOOK_INTERVAL_MS = 1000;
/** How often labels such as `alexnet@production` are looked up again. */
const LABELS_INTERVAL_MS = 5000;

/** Everything that runs, wired together once: the ledger, the models, the flow, the sinks, the watchers, HTTP. */
export class Daemon implements StatusSource {
  /** How the files of this run have ended so far. */
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
  /** Emits `progress` whenever a file ended or a result was delivered. */
  readonly #events = new EventEmitter();
  readonly #timers: NodeJS.Timeout[] = [];
  #loaded: LoadedConfig;
  #serving: Serving | undefined;
  #http: HttpServer | undefined;
  #isStopping = false;

  private constructor(loaded: LoadedConfig, parts: DaemonParts) {
    this.#parts = parts;
    this.#loaded = loaded;
    this.#ledger = Ledger.own(loaded.config.stateFolder, (scanner) => sinksOf(this.config, scanner));
    this.#delivery = new Delivery(this.#ledger.outbox, parts.telemetry, () => this.#events.emit('progress'));
    this.#intake = new ScannerIntake(this.#ledger.queue, parts.telemetry, () => this.#serving?.ingest.wake());
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

  /** Rejects when nothing more can be classified: the process should end and be started again. */
  async broken(): Promise<never> {
    const [error] = (await once(this.#events, 'broken')) as [unknown];
    throw error;
  }

  /** Takes over a changed configuration, or refuses it as a whole; never rejects. */
  async reload(): Promise<void> {
    if (!this.#isStopping) await this.#serving?.reloader.reload();
  }

  /**
   * Resolves once everything that lay in the folders at the start has ended and been delivered.
   * @throws SmearwatchError as `workOff`
   */
  async workedOff(): Promise<void> {
    await this.#intake.whenSettled();
    await workOff({
      ledger: this.#ledger,
      delivery: this.#delivery,
      endings: () => Object.values(this.tally).reduce((sum, files) => sum + files, -this.tally.released),
      progress: () => once(this.#events, 'progress'),
    });
  }

  /** Finishes what is in flight, within the configured time, and closes everything. Safe to call more than once. */
  async stop(): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#timers.forEach(clearInterval);
    await this.#serving?.reloader.whenIdle();
    await this.#intake.stop();
    const returned = (await this.#serving?.ingest.stop(this.config.shutdownTimeoutMs)) ?? 0;
    await this.#delivery.stop();
    await (returned > 0 ? this.#serving?.server.destroy() : this.#serving?.server.close());
    await this.#http?.close();
    this.#ledger.close();
    this.#parts.telemetry.stopped({ returnedToQueue: returned, ended: this.tally });
  }

  ready(): Readiness {
    const reasons: string[] = [];
    if (this.#isStopping) reasons.push('stopping');
    if (!this.#serving) reasons.push('loading models');
    const workers = this.#serving?.server.workers;
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
      models: this.#serving?.server.models ?? [],
      work: this.#ledger.queue.counts(),
      workers: this.#serving?.server.workers ?? { configured: 0, alive: 0, busy: 0 },
      outbox: this.#ledger.outbox.counts(),
      inFlight: this.#serving?.ingest.inFlight ?? 0,
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
      models: () => this.#serving?.server.models ?? [],
      inFlight: () => this.#serving?.ingest.inFlight ?? 0,
    });
    const { http } = this.config;
    if (http.enabled) this.#http = await startHttpServer({ ...http, registry, source: this });
    const { ingest, reloader } = (this.#serving = await this.#serve());
    await this.#delivery.use(this.config);
    ingest.start();
    await this.#intake.watch(this.config);
    telemetry.ready({ url: this.#http?.url, durationMs: performance.now() - startedAt });
    this.#timers.push(
      setInterval(() => this.#ledger.checkpoint(), CHECKPOINT_INTERVAL_MS),
      setInterval(() => ingest.wake(), LOOK_INTERVAL_MS),
      setInterval(() => void reloader.followLabels(), LABELS_INTERVAL_MS),
    );
  }

  /** Loads the models and builds what works with them. */
  async #serve(): Promise<Serving> {
    const { telemetry } = this.#parts;
    const loadingAt = performance.now();
    const server = await ModelServer.start(await this.#poolOptions(this.config));
    telemetry.modelsLoaded({ models: server.models, durationMs: performance.now() - loadingAt });
    const ingest = new Ingest({
      ledger: this.#ledger,
      classifier: server,
      telemetry,
      config: () => this.config,
      // More than cores: while some images are read from the disk, the cores decode the others.
      decodeConcurrency: this.config.pipeline.decodeConcurrency ?? Math.ceil(availableParallelism() * 1.5),
      onEnded: (outcome) => {
        this.tally[outcome] += 1;
        this.#delivery.wake();
        this.#events.emit('progress');
      },
      onBroken: (error) => this.#events.emit('broken', error),
    });
    const reloader = new Reloader({
      server,
      telemetry,
      current: () => this.#loaded,
      poolOptions: (config) => this.#poolOptions(config),
      adopt: (next) => this.#adopt(next),
    });
    return { server, ingest, reloader };
  }

  async #adopt(next: LoadedConfig): Promise<void> {
    this.#loaded = next;
    await this.#delivery.use(next.config);
    await this.#intake.watch(next.config);
    this.#serving?.ingest.wake();
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
