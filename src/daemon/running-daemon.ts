import { once } from 'node:events';
import type { LoadedConfig } from '../config/load.js';
import { Ingest } from '../pipeline/ingest.js';
import { FileHasher } from '../pool/file-hasher.js';
import type { ModelServer } from '../pool/model-server.js';
import { Health } from './health.js';
import { poolOptions } from './load-models.js';
import { namesIn, type State } from './open-state.js';
import { Rehasher } from './rehasher.js';
import { Reloader } from './reloader.js';
import { Retention } from './retention.js';
import { ScannerIntake } from './scanner-intake.js';
import type { Serving } from './status-board.js';
import { filesUnsettled, foldersUnread, workOff } from './work-off.js';

const HASHER_FILE = new URL('../pool/worker/hash-thread.js', import.meta.url);
const CHECKPOINT_INTERVAL_MS = 15_000;
/** How often the ledger is checked for files that another process has queued again (`smearwatch replay`). */
const LOOK_INTERVAL_MS = 1000;
/** Interval between retention steps. A step checks a few hundred rows: a million in less than an hour. */
const RETENTION_INTERVAL_MS = 1000;
/** How often labels such as `alexnet@production` are looked up again. */
const LABELS_INTERVAL_MS = 5000;

/** Third phase of the start: all parts are open, and images are taken in. */
export class RunningDaemon implements Serving {
  /** Rejects when nothing more can be classified: the process should end and be restarted. */
  readonly broken: Promise<never>;
  readonly server: ModelServer;
  readonly intake: ScannerIntake;
  readonly health: Health;
  readonly ingest: Ingest;
  readonly #state: State;
  readonly #rehasher: Rehasher;
  readonly #reloader: Reloader;

  private constructor(state: State, server: ModelServer) {
    const { ledger, telemetry, record, config, prepare, inForce } = state;
    const onQueued = (): void => this.ingest.wake();
    this.#state = state;
    this.server = server;
    this.intake = new ScannerIntake(ledger.queue, telemetry, onQueued);
    this.health = new Health({
      config,
      telemetry,
      ledger,
      activity: () => this.ingest.activity,
      workers: () => server.workers,
      intake: this.intake,
      sinkProblems: (limitMs) => state.delivery.problems(limitMs),
      onResumed: onQueued,
    });
    let onBroken: (error: unknown) => void = () => undefined;
    this.broken = new Promise((_, reject) => (onBroken = reject));
    this.broken.catch(() => undefined);
    this.ingest = this.#createIngest(onBroken);
    this.#rehasher = new Rehasher({
      rehashes: ledger.rehashes,
      hasher: new FileHasher(HASHER_FILE),
      config,
      telemetry,
      isBusy: () => this.ingest.inFlight > 0,
      pauses: this.health,
      onUnreachable: (scanner) => this.health.folderMissing(scanner),
      onQueued,
    });
    this.#reloader = new Reloader({
      server,
      telemetry,
      record,
      current: () => inForce.loaded,
      prepare,
      poolOptions: (next) => poolOptions(state, next),
      adopt: (next) => this.#adopt(next),
    });
  }

  /** Resolves when images are taken in. */
  static async start(state: State, server: ModelServer): Promise<RunningDaemon> {
    const daemon = new RunningDaemon(state, server);
    state.board.serving = daemon;
    await daemon.#start();
    return daemon;
  }

  /** Applies a changed configuration, or rejects it as a whole; never rejects itself. */
  async reload(): Promise<void> {
    const { opened, serviceManager, quality, config } = this.#state;
    if (opened.closing.aborted) return;
    serviceManager.reloading();
    await this.#reloader.reload();
    // The configuration is the same, but the content of files that it names may have changed.
    await quality.use(config());
    serviceManager.ready('Configuration read again');
  }

  /**
   * Resolves once everything that was in the folders at the start has ended and been delivered.
   * @throws SmearwatchError as `workOff`; when all else is done, `scanner-folders-unread` if a folder or a
   *   part of it could not be read, `files-unsettled` if files are still being written
   */
  async workedOff(): Promise<void> {
    const { ledger, delivery, quality, tally, events } = this.#state;
    const overdue = await this.intake.whenSettled();
    await quality.whenLooked();
    do {
      await workOff({
        ledger,
        delivery,
        endings: () => Object.values(tally.ended).reduce((sum, files) => sum + files, -tally.ended.released),
        pauses: this.health,
        progress: () => once(events, 'progress'),
      });
    } while ((await this.#rehasher.hurry()) > 0);
    const problems = this.intake.problems().map(({ error }) => error);
    if (problems.length > 0) throw foldersUnread(problems);
    if (overdue > 0) throw filesUnsettled(overdue);
  }

  /**
   * Starts the parts. Each step adds what it opened, so that a stop between two steps closes exactly that.
   */
  async #start(): Promise<void> {
    const { config, opened, tally, delivery, quality, telemetry, serviceManager, url } = this.#state;
    await delivery.use(config());
    opened.add('sinks', () => delivery.stop());
    await this.health.start();
    opened.add('health', () => this.health.stop());
    // Before the first image, the windows are filled from the ledger.
    await quality.use(config());
    opened.add('labels', () => quality.stop());
    const stopPipeline = async (): Promise<void> => {
      tally.returnedToQueue = await this.ingest.stop(config().shutdownTimeoutMs);
    };
    opened.add('pipeline', stopPipeline, Infinity);
    this.ingest.start();
    opened.add('watchers', () => this.intake.stop());
    await this.intake.watch(config());
    opened.add('rehashing', () => this.#rehasher.stop());
    this.#rehasher.start();
    this.#startTimers();
    opened.add('reloads', () => this.#reloader.whenIdle());
    telemetry.ready({ url, durationMs: performance.now() - this.#state.startedAtMs });
    serviceManager.ready('Images are taken in');
  }

  #startTimers(): void {
    const { opened, ledger, config, telemetry, events } = this.#state;
    const retention = new Retention({ pruning: ledger.pruning, config, telemetry });
    opened.add('retention', () => retention.stop());
    const timers = [
      setInterval(() => this.#checkpoint(), CHECKPOINT_INTERVAL_MS),
      setInterval(() => {
        this.ingest.wake();
        events.emit('progress');
      }, LOOK_INTERVAL_MS),
      setInterval(() => void this.#reloader.followLabels(), LABELS_INTERVAL_MS),
      setInterval(() => void retention.step(), RETENTION_INTERVAL_MS),
    ];
    opened.add('timers', () => timers.forEach(clearInterval));
  }

  #createIngest(onBroken: (error: unknown) => void): Ingest {
    const { board, ledger, telemetry, config, tally, quality, delivery, events } = this.#state;
    return new Ingest({
      ledger,
      classifier: this.server,
      telemetry,
      config,
      pauses: this.health,
      onFolderMissing: (scanner) => this.health.folderMissing(scanner),
      onEnded: (outcome, record) => {
        tally.ended[outcome] += 1;
        if (record) quality.observe(record);
        const decoder = record?.image.decoder;
        if (decoder) board.decoded[decoder] = (board.decoded[decoder] ?? 0) + 1;
        delivery.wake();
        events.emit('progress');
      },
      onLedgerFailed: (error) => telemetry.ledgerWriteFailed({ error }),
      onBroken,
    });
  }

  async #adopt(next: LoadedConfig): Promise<void> {
    const { inForce, telemetry, delivery, quality, evaluations } = this.#state;
    inForce.loaded = next;
    telemetry.intakeConfigured(namesIn(next.config));
    await delivery.use(next.config);
    await this.intake.watch(next.config);
    await quality.use(next.config);
    void evaluations.replan();
    this.ingest.wake();
  }

  #checkpoint(): void {
    try {
      this.#state.ledger.checkpoint();
    } catch (error) {
      // The disk may be full, for example: the ledger's log then only grows until the next checkpoint.
      this.#state.telemetry.ledgerWriteFailed({ error });
    }
  }
}
