import { EventEmitter, once } from 'node:events';
import { hostname } from 'node:os';
import type { Registry } from 'prom-client';
import { availableCores } from '../available-cores.js';
import type { RecordEntry } from '../audit/audit.js';
import { AuditRecorder } from '../audit/recorder.js';
import type { LoadedConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { messageOf } from '../errors.js';
import { DeliveryManager, sinksOf } from '../deliver/delivery-manager.js';
import { startHttpServer, type HttpServer } from './http/server.js';
import type { DaemonStatus, Readiness, StatusSource } from './http/status.js';
import { Ledger, ledgerFile } from '../ledger/ledger.js';
import { Ingest } from '../pipeline/ingest.js';
import type { ClaimOutcome } from '../pipeline/recorder.js';
import { systemClock } from '../evaluate/planned/clock.js';
import { evaluateFolders } from '../evaluate/planned/evaluate-folders.js';
import { PlannedEvaluations } from '../evaluate/planned/planned-evaluations.js';
import { FileHasher } from '../pool/file-hasher.js';
import type { PoolOptions } from '../pool/inference-pool.js';
import { loadModelSpecs } from '../model/registry/in-use.js';
import { ModelServer } from '../pool/model-server.js';
import { collectQuality } from '../telemetry/quality-collector.js';
import { collectState } from '../telemetry/state-collector.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import type { ThroughputMeter } from '../telemetry/throughput.js';
import { SOFTWARE } from '../version.js';
import { Health } from './health.js';
import { removeHttpAddress, writeHttpAddress } from './http-address.js';
import { Quality } from './quality.js';
import { Rehasher } from './rehasher.js';
import { modelDetails, Reloader } from './reloader.js';
import { Retention } from './retention.js';
import { ScannerIntake } from './scanner-intake.js';
import { ServiceManager } from './service-manager.js';
import { StopSteps } from './stop-steps.js';
import { filesUnsettled, foldersUnread, workOff } from './work-off.js';

export interface DaemonParts {
  readonly telemetry: Telemetry;
  readonly registry: Registry;
  readonly throughput: ThroughputMeter;
  /** Compiled inference worker. */
  readonly workerFile: URL;
  /** Compiled thread that writes result files. */
  readonly writerFile: URL;
  /** Compiled thread that hashes files again. */
  readonly hasherFile: URL;
}

/** What exists once the models are loaded. */
interface Serving {
  readonly server: ModelServer;
  readonly ingest: Ingest;
  readonly reloader: Reloader;
}

const CHECKPOINT_INTERVAL_MS = 15_000;
/** For the log, which is written behind. */
const LAST_WORDS_MS = 1000;
/** A part that has nothing to finish ends in so long, or not at all. */
const PART_STOPS_WITHIN_MS = 10_000;
/** What is in flight has `shutdownTimeoutMs`; everything else has so long. */
const CLOSING_MS = 15_000;
/** The process ends so long after it was asked to, besides `shutdownTimeoutMs`, whatever it is that hangs. */
export const ENDS_WITHIN_MS = CLOSING_MS + 5000;
/** How often files are looked for that another process has queued again (`smearwatch replay`). */
const LOOK_INTERVAL_MS = 1000;
/** How often a few hundred rows are looked at that may be too old: a million in less than an hour. */
const RETENTION_INTERVAL_MS = 1000;
/** How often labels such as `alexnet@production` are looked up again. */
const LABELS_INTERVAL_MS = 5000;

/** Everything that runs, wired together once: the ledger, the models, the flow, the sinks, the watchers, HTTP. */
export class Daemon implements StatusSource {
  /** How the files of this run have ended so far. */
  readonly tally: Record<ClaimOutcome, number> = {
    classified: 0,
    duplicate: 0,
    superseded: 0,
    released: 0,
    retried: 0,
    quarantined: 0,
  };
  readonly #parts: DaemonParts;
  readonly #ledger: Ledger;
  readonly #audit: AuditRecorder;
  readonly #record: RecordEntry = (entry) => this.#audit.record(entry);
  readonly #plannedEvaluations: PlannedEvaluations;
  readonly #delivery: DeliveryManager;
  readonly #intake: ScannerIntake;
  readonly #health: Health;
  readonly #quality: Quality;
  readonly #retention: Retention;
  readonly #rehasher: Rehasher;
  readonly #serviceManager: ServiceManager;
  readonly #startedAt = new Date();
  /** Emits `progress` whenever a file ended or a result was delivered, and now and then: a pause may be all there is. */
  readonly #events = new EventEmitter();
  readonly #timers: NodeJS.Timeout[] = [];
  #loaded: LoadedConfig;
  #serving: Serving | undefined;
  #http: HttpServer | undefined;
  #isStopping = false;

  private constructor(loaded: LoadedConfig, parts: DaemonParts) {
    const { stateFolder } = loaded.config;
    this.#loaded = loaded;
    this.#ledger = Ledger.own(
      stateFolder,
      (scanner) => sinksOf(this.config, scanner),
      (durationMs) => parts.telemetry.ledgerCommitted({ durationMs }),
    );
    this.#audit = new AuditRecorder({ stateFolder, telemetry: parts.telemetry });
    this.#parts = parts;
    this.#plannedEvaluations = new PlannedEvaluations({
      clock: systemClock,
      config: () => this.config,
      evaluate: evaluateFolders,
      telemetry: parts.telemetry,
      record: this.#record,
    });
    this.#delivery = new DeliveryManager({
      outbox: this.#ledger.outbox,
      telemetry: parts.telemetry,
      writerFile: parts.writerFile,
      onProgress: () => this.#events.emit('progress'),
    });
    this.#intake = new ScannerIntake(this.#ledger.queue, parts.telemetry, () => this.#serving?.ingest.wake());
    this.#health = this.#watchOver(parts.telemetry);
    this.#quality = new Quality({
      ledger: this.#ledger,
      telemetry: parts.telemetry,
      record: this.#record,
      config: () => this.config,
      models: () => this.#serving?.server.specs,
    });
    this.#retention = new Retention({
      pruning: this.#ledger.pruning,
      config: () => this.config,
      telemetry: parts.telemetry,
    });
    this.#rehasher = this.#rehashWith(new FileHasher(parts.hasherFile));
    this.#serviceManager = new ServiceManager({
      environment: process.env,
      isWell: () => this.#health.isWell,
      onError: (error) => parts.telemetry.serviceManagerFailed({ error }),
    });
  }

  /**
   * Resolves when images are being taken in. HTTP answers before that, so that /readyz can say what is missing.
   * @throws SmearwatchError of the part that failed; nothing is left running then
   */
  static async start(loaded: LoadedConfig, parts: DaemonParts): Promise<Daemon> {
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
    if (this.#isStopping || !this.#serving) return;
    this.#serviceManager.reloading();
    await this.#serving.reloader.reload();
    // Files that it names may say something else although it is the same.
    await this.#quality.use(this.config);
    this.#serviceManager.ready('Configuration read again');
  }

  /** From now on, evaluations run when `evaluation.schedule` plans them. */
  planEvaluations(): void {
    void this.#plannedEvaluations.start();
  }

  /** Native code holds a thread: the process cannot end by itself, since that would wait for it. */
  get hasStuckWorkers(): boolean {
    return this.#health.stuck > 0;
  }

  /**
   * Resolves once everything that lay in the folders at the start has ended and been delivered.
   * @throws SmearwatchError as `workOff`; when all else is done, `scanner-folders-unread` where a folder or a part of it could not
   *   be read, `files-unsettled` where files are being written for ever
   */
  async workedOff(): Promise<void> {
    const overdue = await this.#intake.whenSettled();
    await this.#quality.whenLooked();
    do {
      await workOff({
        ledger: this.#ledger,
        delivery: this.#delivery,
        endings: () => Object.values(this.tally).reduce((sum, files) => sum + files, -this.tally.released),
        pauses: this.#health,
        progress: () => once(this.#events, 'progress'),
      });
    } while ((await this.#rehasher.hurry()) > 0);
    const problems = this.#intake.problems().map(({ error }) => error);
    if (problems.length > 0) throw foldersUnread(problems);
    if (overdue > 0) throw filesUnsettled(overdue);
  }

  /** Finishes what is in flight, within the configured time, and closes everything. Safe to call more than once. */
  async stop(): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#serviceManager.stopping();
    this.#timers.forEach(clearInterval);
    this.#health.stop();
    const { shutdownTimeoutMs } = this.config;
    const { telemetry } = this.#parts;
    const steps = new StopSteps({ limitMs: shutdownTimeoutMs + CLOSING_MS, telemetry });
    const evaluationStopped = steps.run(
      'planned evaluations',
      () => this.#plannedEvaluations.stop(),
      PART_STOPS_WITHIN_MS,
    );
    await steps.run('reloads', () => this.#serving?.reloader.whenIdle(), PART_STOPS_WITHIN_MS);
    await steps.run('watchers', () => this.#intake.stop());
    await steps.run('rehashing', () => this.#rehasher.stop(), PART_STOPS_WITHIN_MS);
    await steps.run('retention', () => this.#retention.stop(), PART_STOPS_WITHIN_MS);
    await steps.run('labels', () => this.#quality.stop(), PART_STOPS_WITHIN_MS);
    const returned = (await steps.run('pipeline', () => this.#serving?.ingest.stop(shutdownTimeoutMs))) ?? 0;
    await steps.run('sinks', () => this.#delivery.stop(), PART_STOPS_WITHIN_MS);
    await steps.run('workers', () =>
      returned > 0 ? this.#serving?.server.destroy() : this.#serving?.server.close(),
    );
    await steps.run('HTTP', () => this.#closeHttp());
    await evaluationStopped;
    // While the state folder is still this daemon's: the next one's start comes after this in the audit trail.
    const stopped = { returnedToQueue: returned, ended: this.tally };
    this.#record({ event: 'daemon-stopped', details: stopped });
    telemetry.stopped(stopped);
    await steps.run('audit trail', () => this.#audit.close());
    await steps.run('ledger', () => this.#ledger.close());
    await steps.run('systemd', () => this.#serviceManager.close());
  }

  ready(): Readiness {
    const reasons: string[] = [];
    if (this.#isStopping) reasons.push('stopping');
    if (!this.#serving) reasons.push('loading models');
    reasons.push(...this.#health.reasons());
    return { ready: reasons.length === 0, reasons };
  }

  status(): DaemonStatus {
    const unsettled = this.#intake.unsettled();
    const rescannedAtMs = this.#intake.rescannedAtMs();
    const problems = new Map(
      this.#intake.problems().map(({ scanner, error }) => [scanner, messageOf(error)]),
    );
    return {
      version: SOFTWARE.version,
      startedAt: this.#startedAt.toISOString(),
      uptimeSeconds: (Date.now() - this.#startedAt.getTime()) / 1000,
      configuration: { file: this.#loaded.file, sha256: this.#loaded.sha256 },
      models: this.#serving?.server.modelsInUse ?? [],
      audit: this.#audit.status,
      evaluations: this.#plannedEvaluations.status,
      work: this.#ledger.queue.counts(),
      workers: {
        ...(this.#serving?.server.workers ?? { configured: 0, alive: 0, busy: 0 }),
        stuck: this.#health.stuck,
      },
      outbox: this.#ledger.outbox.counts(),
      inFlight: this.#serving?.ingest.inFlight ?? 0,
      imagesPerSecond: this.#parts.throughput.perSecond(),
      scanners: this.config.scanners.map(({ name, folder }) => ({
        name,
        folder,
        unsettled: unsettled[name]?.count ?? 0,
        rescannedAt: timeOf(rescannedAtMs[name]),
        problem: problems.get(name),
      })),
    };
  }

  async #start(): Promise<void> {
    const { telemetry, registry } = this.#parts;
    const startedAt = performance.now();
    this.#recordStart();
    for (const file of this.#ledger.suspects.blame()) telemetry.imageQuarantined(file);
    this.#ledger.queue.recover();
    collectState(registry, {
      work: () => this.#ledger.queue.counts(),
      workers: () => this.status().workers,
      outbox: () => ({ ...nothingOwed(this.config), ...this.#ledger.outbox.counts() }),
      models: () => this.#serving?.server.modelsInUse ?? [],
      inFlight: () => this.#serving?.ingest.inFlight ?? 0,
      ledgerBytes: () => this.#ledger.bytes(),
      ledgerWritable: () => this.#ledger.problem === undefined,
      scannersReady: () => this.#scannersReady(),
    });
    telemetry.intakeConfigured(namesIn(this.config));
    collectQuality(registry, this.#quality);
    await this.#prepare(this.config);
    const { http } = this.config;
    const changes = this.#quality.changes(http);
    if (http.enabled) {
      this.#http = await startHttpServer({ ...http, registry, source: this, changes });
      writeHttpAddress(this.config.stateFolder, { host: http.host, port: this.#http.port });
    }
    const { ingest, reloader } = (this.#serving = await this.#serve());
    await this.#delivery.use(this.config);
    await this.#health.start();
    // Before the first image: the windows are filled with what the ledger has.
    await this.#quality.use(this.config);
    ingest.start();
    await this.#intake.watch(this.config);
    this.#rehasher.start();
    telemetry.ready({ url: this.#http?.url, durationMs: performance.now() - startedAt });
    this.#serviceManager.ready('Images are taken in');
    this.#timers.push(
      setInterval(() => this.#checkpoint(), CHECKPOINT_INTERVAL_MS),
      setInterval(() => {
        ingest.wake();
        this.#events.emit('progress');
      }, LOOK_INTERVAL_MS),
      setInterval(() => void reloader.followLabels(), LABELS_INTERVAL_MS),
      setInterval(() => void this.#retention.step(), RETENTION_INTERVAL_MS),
    );
  }

  #scannersReady(): Record<string, boolean> {
    const failing = new Set(this.#intake.problems().map(({ scanner }) => scanner));
    return Object.fromEntries(this.config.scanners.map(({ name }) => [name, !failing.has(name)]));
  }

  async #closeHttp(): Promise<void> {
    if (!this.#http) return;
    removeHttpAddress(this.config.stateFolder);
    await this.#http.close();
  }

  #checkpoint(): void {
    try {
      this.#ledger.checkpoint();
    } catch (error) {
      // A full disk, say. The log only grows until the next time.
      this.#parts.telemetry.ledgerWriteFailed({ error });
    }
  }

  #watchOver(telemetry: Telemetry): Health {
    return new Health({
      config: () => this.config,
      telemetry,
      ledger: this.#ledger,
      activity: () => this.#serving?.ingest.activity,
      workers: () => this.#serving?.server.workers,
      scannerProblems: () => this.#intake.problems(),
      lookForFolders: () => this.#intake.look(),
      sinkProblems: (limitMs) => this.#delivery.problems(limitMs),
      onResumed: () => this.#serving?.ingest.wake(),
      // Like any crash of native code: what was in work is tried alone after a few of them (see Suspects).
      onHopeless: () => setTimeout(() => process.kill(process.pid, 'SIGKILL'), LAST_WORDS_MS),
    });
  }

  #rehashWith(hasher: FileHasher): Rehasher {
    return new Rehasher({
      rehashes: this.#ledger.rehashes,
      hasher,
      config: () => this.config,
      telemetry: this.#parts.telemetry,
      isBusy: () => (this.#serving?.ingest.inFlight ?? 0) > 0,
      pauses: this.#health,
      onUnreachable: (scanner) => this.#health.folderMissing(scanner),
      onQueued: () => this.#serving?.ingest.wake(),
    });
  }

  #recordStart(): void {
    const { file, sha256 } = this.#loaded;
    const previousRun = this.#audit.previousRun();
    const where = { version: SOFTWARE.version, node: process.version, host: hostname(), pid: process.pid };
    this.#record({
      event: 'daemon-started',
      details: { ...where, configuration: { file, sha256 }, previousRun },
    });
  }

  /** Loads the models and builds what works with them. */
  async #serve(): Promise<Serving> {
    const { telemetry } = this.#parts;
    const loadingAt = performance.now();
    const server = await ModelServer.start(await this.#poolOptions(this.config));
    this.#record({ event: 'models-loaded', details: modelDetails(server.models) });
    telemetry.modelsLoaded({ models: server.models, durationMs: performance.now() - loadingAt });
    const ingest = new Ingest({
      ledger: this.#ledger,
      classifier: server,
      telemetry,
      config: () => this.config,
      pauses: this.#health,
      onFolderMissing: (scanner) => this.#health.folderMissing(scanner),
      onEnded: (outcome, record) => {
        this.tally[outcome] += 1;
        if (record) this.#quality.observe(record);
        this.#delivery.wake();
        this.#events.emit('progress');
      },
      onLedgerFailed: (error) => telemetry.ledgerWriteFailed({ error }),
      onBroken: (error) => this.#events.emit('broken', error),
    });
    const reloader = new Reloader({
      server,
      telemetry,
      record: this.#record,
      current: () => this.#loaded,
      prepare: (config) => this.#prepare(config),
      poolOptions: (config) => this.#poolOptions(config),
      adopt: (next) => this.#adopt(next),
    });
    return { server, ingest, reloader };
  }

  /** Reads the files, other than models, that a configuration names. */
  async #prepare(config: Config): Promise<void> {
    await this.#quality.prepare(config);
    await this.#delivery.prepare(config);
  }

  async #adopt(next: LoadedConfig): Promise<void> {
    this.#loaded = next;
    this.#parts.telemetry.intakeConfigured(namesIn(next.config));
    await this.#delivery.use(next.config);
    await this.#intake.watch(next.config);
    await this.#quality.use(next.config);
    void this.#plannedEvaluations.replan();
    this.#serving?.ingest.wake();
  }

  async #poolOptions({ models, pool }: Config): Promise<PoolOptions> {
    return {
      workerFile: this.#parts.workerFile,
      workers: pool.workers ?? availableCores(),
      models: await loadModelSpecs(models),
      ledgerFile: ledgerFile(this.config.stateFolder),
      taskTimeoutMs: pool.taskTimeoutMs,
      kernels: pool.kernels,
      onModelLoaded: (model, how) => this.#parts.telemetry.modelComputed({ model, ...how }),
      onWorkerLost: (reason) => this.#parts.telemetry.workerRestarted({ reason }),
      onWorkerMissing: (error, retryMs) => this.#parts.telemetry.workerMissing({ error, retryMs }),
      onWorkerFound: () => this.#parts.telemetry.workerFound(),
      onWorkerStuck: (whenEnded) => this.#health.workerStuck(whenEnded),
    };
  }
}

/** What metrics have series of from the start. */
function namesIn({ scanners, sinks }: Config): { scanners: string[]; sinks: string[] } {
  return { scanners: scanners.map(({ name }) => name), sinks: sinks.map(({ name }) => name) };
}

/** RFC 3339, UTC. */
function timeOf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

function nothingOwed({ sinks }: Config): Record<string, number> {
  return Object.fromEntries(sinks.map(({ name }) => [name, 0]));
}
