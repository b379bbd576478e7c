import { stat } from 'node:fs/promises';
import type { SmearwatchError } from '../../errors.js';
import type { SeenFile } from '../../files/seen-file.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { FoundModel } from '../../model/registry/in-use.js';
import { Ingest } from '../../pipeline/ingest.js';
import type { ClaimOutcome } from '../../pipeline/recorder.js';
import type { InferencePool } from '../../pool/inference-pool.js';
import { silent } from '../../telemetry/silent.js';
import { evaluationStuck, ledgerUnwritable } from '../failures.js';
import type { EvaluationConfig } from '../plan.js';

export interface EvaluationWork {
  /** The labelled folder. */
  readonly folder: string;
  readonly images: readonly SeenFile[];
  readonly models: readonly FoundModel[];
  readonly outDir: string;
  readonly config: EvaluationConfig;
}

/** The scanner's name in the ledger that stands for the labelled folder. */
export const SOURCE = 'labelled';
const CHECKPOINT_INTERVAL_MS = 15_000;
/** How long unreachable images are waited for when no other image is left. */
const PATIENCE_MS = 12_000;

interface FlowParts {
  readonly ledger: Ledger;
  readonly pool: InferencePool;
  readonly work: EvaluationWork;
  /** Images in the queue. */
  readonly pending: number;
}

/** One run of the pipeline, until the queue is empty. */
export class Flow {
  readonly #parts: FlowParts;
  #pending: number;
  #classified = 0;
  #movedAt = performance.now();

  constructor(parts: FlowParts) {
    this.#parts = parts;
    this.#pending = parts.pending;
  }

  /** Runs until the queue is empty. Returns how many images were classified. */
  async run(onEnded: (left: number) => void, signal: AbortSignal): Promise<number> {
    const { shutdownTimeoutMs } = this.#parts.work.config;
    // It also keeps the process alive, which the queue's own timers do not.
    const checkpoints = setInterval(() => this.#checkpoint(), CHECKPOINT_INTERVAL_MS);
    let ingest: Ingest | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
        ingest = this.#ingest(reject, (outcome) => {
          this.#count(outcome);
          onEnded(this.#pending);
          if (this.#pending === 0) resolve();
          else if (outcome === 'released' && this.#isStuck()) void this.#explain().then(reject, reject);
        });
        ingest.start();
      });
    } finally {
      clearInterval(checkpoints);
      // If the ledger cannot be written, images in flight cannot be returned to the queue; the next start
      // does that anyway.
      await ingest
        ?.stop(this.#pending === 0 || signal.aborted ? shutdownTimeoutMs : 0)
        .catch(() => undefined);
    }
    return this.#classified;
  }

  #ingest(onBroken: (error: unknown) => void, onEnded: (outcome: ClaimOutcome) => void): Ingest {
    const { ledger, pool, work } = this.#parts;
    const { folder, config, outDir } = work;
    const settings = { ...config, scanners: [{ name: SOURCE, folder, labels: 'none' as const }] };
    return new Ingest({
      ledger,
      classifier: pool,
      telemetry: silent(
        'imageDecoded',
        'stageFinished',
        'batchClassified',
        'batchFailed',
        'imageRecorded',
        'imageRetried',
        'imageQuarantined',
        'labelRefused',
      ),
      config: () => settings,
      onEnded,
      // A daemon waits for free disk space. An evaluation ends with an error; its next start continues it.
      onLedgerFailed: (error) => onBroken(ledgerUnwritable(outDir, error)),
      onBroken,
    });
  }

  #checkpoint(): void {
    try {
      this.#parts.ledger.checkpoint();
    } catch {
      // For instance a full disk: the log only grows until the next checkpoint, and a result that cannot be
      // written is reported.
    }
  }

  #count(outcome: ClaimOutcome): void {
    if (outcome === 'released') return;
    this.#movedAt = performance.now();
    if (outcome === 'retried') return;
    this.#pending -= 1;
    if (outcome === 'classified') this.#classified += 1;
  }

  /**
   * Whether only unreachable images are left. It is called whenever an image returns to the queue, which for
   * an unreachable one is every few seconds.
   */
  #isStuck(): boolean {
    const isPatient = performance.now() - this.#movedAt <= PATIENCE_MS;
    return !isPatient && this.#parts.ledger.queue.postponed() === this.#pending;
  }

  async #explain(): Promise<SmearwatchError> {
    const { folder } = this.#parts.work;
    const isThere = await stat(folder).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
    return evaluationStuck(
      this.#pending,
      isThere ? 'they have changed since the evaluation began' : `the folder ${folder} is not there`,
    );
  }
}
