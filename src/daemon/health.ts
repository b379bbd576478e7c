import type { Config } from '../config/schema.js';
import type { Ledger } from '../ledger/ledger.js';
import type { ActivitySnapshot } from '../pipeline/claims-in-flight.js';
import type { Pauses } from '../pipeline/claims.js';
import type { PoolWorkers } from '../pool/inference-pool.js';
import { messageOf } from '../errors.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import { within } from '../within.js';
import { DiskGuard, type DiskGuardOptions } from './disk-guard.js';
import type { ScannerIntake } from './scanner-intake.js';
import { ScannerPauses, type ScannerPausesOptions } from './scanner-pauses.js';
import { StallDetector, type StallSource } from './stall-detector.js';

export interface HealthSource {
  readonly config: () => Config;
  readonly telemetry: Pick<Telemetry, 'ledgerWriteFailed'> &
    DiskGuardOptions['telemetry'] &
    ScannerPausesOptions['telemetry'] &
    StallSource['telemetry'];
  readonly ledger: Ledger;
  readonly activity: () => ActivitySnapshot;
  readonly workers: () => PoolWorkers;
  readonly intake: Pick<ScannerIntake, 'problems' | 'look'>;
  /** Sinks that fail or whose delivery takes longer than the limit, one sentence each. */
  readonly sinkProblems: (limitMs: number) => readonly string[];
  /** Called when a pause has ended, to claim files again. */
  readonly onResumed: () => void;
}

const LOOK_INTERVAL_MS = 5000;
/** After this time without a write, a test write to the ledger shows whether it is writable. */
const PROBE_AFTER_MS = 15_000;
const FIRST_LOOK_WITHIN_MS = 2000;
/** A stall is this multiple of `pool.taskTimeoutMs`, which is the longest wait of the pipeline itself. */
const STALL_FACTOR = 3;

/**
 * What keeps the daemon from working and what it waits for: the reasons of /readyz and the watchdog's answer.
 */
export class Health implements Pauses {
  readonly #source: HealthSource;
  readonly #disk: DiskGuard;
  readonly #folders: ScannerPauses;
  readonly #stalls: StallDetector;
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(source: HealthSource) {
    const { config, telemetry, ledger, onResumed, activity } = source;
    this.#source = source;
    this.#disk = new DiskGuard({ config, telemetry, onResumed });
    const folderOf = (name: string): string | undefined =>
      config().scanners.find((scanner) => scanner.name === name)?.folder;
    this.#folders = new ScannerPauses({ folderOf, telemetry, onResumed });
    this.#stalls = new StallDetector({
      activity,
      isWorkDue: () => ledger.queue.nextDueInMs(this.pausedScanners) === 0,
      isPaused: () => this.isPaused,
      limitMs: () => this.#limitMs,
      telemetry,
    });
  }

  /** Checks the disks before the first claim, unless a share does not answer. */
  async start(): Promise<void> {
    await within(FIRST_LOOK_WITHIN_MS, this.#disk.look(), { ref: false });
    this.#timers.push(
      setInterval(() => {
        void this.#disk.look();
        void this.#folders.look();
        this.#source.intake.look();
        this.#probeLedger();
        this.#stalls.check();
      }, LOOK_INTERVAL_MS),
    );
  }

  stop(): void {
    this.#timers.forEach(clearInterval);
  }

  get isPaused(): boolean {
    return this.#disk.isPaused;
  }

  get pausedScanners(): readonly string[] {
    return this.#folders.paused;
  }

  /**
   * True while the daemon works, has nothing to do, or waits for a known reason that a restart would not
   * remove.
   */
  get isWell(): boolean {
    return this.#stalls.stall === undefined;
  }

  folderMissing(scanner: string): void {
    this.#folders.pause(scanner);
  }

  reasons(): string[] {
    const { stall } = this.#stalls;
    return [
      ...this.#missingWorkers(),
      ...(this.#disk.reason === undefined ? [] : [`paused: ${this.#disk.reason}`]),
      ...this.#wayIn(),
      ...(stall ? [`stalled: nothing has left ${stall.stage} for ${Math.round(stall.idleMs / 1000)} s`] : []),
      ...this.#source.sinkProblems(this.#limitMs),
    ];
  }

  /** What keeps images out of the queue, or queued images from being read: one reason for each scanner. */
  #wayIn(): string[] {
    const problems = this.#source.intake.problems();
    const paused = this.#folders.paused.filter((name) => problems.every(({ scanner }) => scanner !== name));
    return [
      ...problems.map(({ error }) => `not taken in: ${inMiddle(messageOf(error))}`),
      ...paused.map((scanner) => `paused: ${this.#folders.reasonOf(scanner)}`),
    ];
  }

  #probeLedger(): void {
    const { ledger, telemetry } = this.#source;
    try {
      ledger.probe(PROBE_AFTER_MS);
    } catch (error) {
      telemetry.ledgerWriteFailed({ error });
    }
  }

  get #limitMs(): number {
    return STALL_FACTOR * this.#source.config().pool.taskTimeoutMs;
  }

  #missingWorkers(): string[] {
    const { configured, alive, problem } = this.#source.workers();
    if (alive >= configured) return [];
    const missing = `${configured - alive} of ${configured} workers missing`;
    return [problem === undefined ? missing : `${missing}: ${problem}`];
  }
}

/** Adapts a sentence for use after a colon. */
function inMiddle(sentence: string): string {
  return sentence.replace(/^The /, 'the ');
}
