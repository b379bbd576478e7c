import { concatMap, defaultIfEmpty, filter, lastValueFrom, map, mergeMap, Subject } from 'rxjs';
import { SmearwatchError } from '../errors.js';
import type { Claim, Ledger } from '../ledger/ledger.js';
import type { Classifier } from '../pool/classifier.js';
import type { PrepareLimits } from '../pool/protocol.js';
import type { ResultRecord } from '../record.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import { Activity, type ActivitySnapshot } from './activity.js';
import { admit, type AdmittedFile } from './admitted.js';
import { batches } from './batches.js';
import { Claims, NEVER_PAUSED, type Pauses } from './claims.js';
import { classifyBatch, type BatchOutcome } from './classify-batch.js';
import { Credits } from './credits.js';
import { Recorder, type ClaimOutcome, type RecorderParts } from './recorder.js';
import { poolWaitMs } from './result-record.js';
import type { IngestSettings } from './settings.js';

export interface IngestParts {
  readonly ledger: Ledger;
  readonly classifier: Classifier & {
    readonly workers: { configured: number };
    readonly taskTimeoutMs: number;
  };
  readonly telemetry: Pick<Telemetry, 'stageFinished' | 'batchClassified' | 'batchFailed'> &
    RecorderParts['telemetry'];
  /** The settings in force; asked anew for every image, since a configuration may be reloaded. */
  readonly config: () => IngestSettings;
  /** What must not be claimed at present; without it, everything may. */
  readonly pauses?: Pauses;
  /** The folder of a scanner is not there, or does not answer: its files need not be tried until it is. */
  readonly onFolderMissing?: (scanner: string) => void;
  /** A claim has ended: the sinks may have something to deliver. `record`: of an image that was classified. */
  readonly onEnded: (outcome: ClaimOutcome, record?: ResultRecord) => void;
  /** The ledger could not be read or written; it is tried again until it can. */
  readonly onLedgerFailed: (error: unknown) => void;
  /** The flow itself has broken, which no image can bring about: nothing more is classified. */
  readonly onBroken: (error: unknown) => void;
}

/** Batches in flight per worker: one in work, one waiting, one being recorded or filled. */
const BATCHES_PER_WORKER = 3;
/** Of the time that a batch may stand still, how long it may wait for one file of a share. */
const READING_SHARE = 1 / 2;
/** Nothing is wrong with a file of these: its whole folder cannot be reached. */
const UNREACHABLE = new Set(['folder-missing', 'read-timeout']);

/**
 * The way of every image, from the queue to its durable end. Only claims flow here: a file is read, decoded and classified
 * in one worker, for as many files at once as there are credits, however long the queue is.
 */
export class Ingest {
  readonly #parts: IngestParts;
  readonly #claims: Claims;
  readonly #recorder: Recorder;
  readonly #inFlight = new Map<number, Claim>();
  readonly #abort = new AbortController();
  readonly #activity = new Activity();
  readonly #freed$ = new Subject<void>();
  #batchesInPool = 0;
  #finished: Promise<unknown> = Promise.resolve();

  constructor(parts: IngestParts) {
    this.#parts = parts;
    const { ledger, telemetry, config, classifier, pauses = NEVER_PAUSED, onEnded, onLedgerFailed } = parts;
    const capacity = (): number =>
      classifier.workers.configured * BATCHES_PER_WORKER * config().pipeline.batchSize;
    const credits = new Credits(capacity, () => this.#claims.pull());
    this.#claims = new Claims(ledger, credits, { pauses, onError: onLedgerFailed });
    this.#recorder = new Recorder({
      ledger,
      telemetry,
      config,
      onLedgerFailed,
      signal: this.#abort.signal,
      onEnded: (claim, outcome, record) => {
        this.#inFlight.delete(claim.id);
        this.#activity.ended();
        credits.giveBack(1);
        onEnded(outcome, record);
      },
    });
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  get activity(): ActivitySnapshot {
    return this.#activity.snapshot();
  }

  start(): void {
    const flow$ = this.#claims.claims$.pipe(
      map((claim) => this.#begin(claim)),
      filter((file) => file !== undefined),
      batches({
        size: () => this.#pipeline.batchSize,
        idle: () => this.#parts.classifier.workers.configured - this.#batchesInPool,
        freed$: this.#freed$,
      }),
      mergeMap((batch) => this.#activity.during('pool', batch.length, () => this.#classify(batch))),
      concatMap((outcomes) =>
        this.#activity.during('record', outcomes.length, () => this.#recorder.recordBatch(outcomes)),
      ),
    );
    this.#finished = lastValueFrom(flow$.pipe(defaultIfEmpty(undefined))).catch((error: unknown) =>
      this.#broken(error),
    );
  }

  /** Files were queued: look now. */
  wake(): void {
    this.#claims.pull();
  }

  /**
   * Claims nothing more and finishes what is in flight, for at most `timeoutMs`; what is left then goes back into the
   * queue. Returns how many were put back.
   */
  async stop(timeoutMs: number): Promise<number> {
    this.#claims.stop();
    const timer = setTimeout(() => this.#abort.abort(), timeoutMs);
    const aborted = new Promise((resolve) => this.#abort.signal.addEventListener('abort', resolve));
    await Promise.race([this.#finished, aborted]);
    clearTimeout(timer);
    const left = [...this.#inFlight.values()];
    if (left.length > 0) this.#parts.ledger.queue.release(left);
    return left.length;
  }

  /** The file, or nothing where its claim has ended here. */
  #begin(claim: Claim): AdmittedFile | undefined {
    this.#inFlight.set(claim.id, claim);
    this.#activity.begun();
    try {
      return admit(claim, this.#parts.config().scanners);
    } catch (error) {
      void this.#recorder.recordFailure(claim, error).catch((failure: unknown) => this.#broken(failure));
      return undefined;
    }
  }

  async #classify(batch: readonly AdmittedFile[]): Promise<BatchOutcome[]> {
    const { classifier, telemetry, onFolderMissing } = this.#parts;
    this.#batchesInPool += 1;
    try {
      const outcomes = await classifyBatch(classifier, batch, this.#limits, (count, error) => {
        telemetry.batchFailed({ images: count, error });
      });
      this.#tellStages(outcomes);
      for (const outcome of outcomes) {
        if (
          'error' in outcome &&
          outcome.error instanceof SmearwatchError &&
          UNREACHABLE.has(outcome.error.code)
        )
          onFolderMissing?.(outcome.file.claim.scanner);
      }
      return outcomes;
    } finally {
      this.#batchesInPool -= 1;
      this.#freed$.next();
    }
  }

  #tellStages(outcomes: readonly BatchOutcome[]): void {
    const { telemetry } = this.#parts;
    const classified = outcomes.filter((outcome) => 'image' in outcome);
    for (const { file, image, submittedAt } of classified) {
      telemetry.stageFinished({ stage: 'queue', durationMs: file.queuedMs });
      telemetry.stageFinished({ stage: 'batch', durationMs: submittedAt - file.claimedAt });
      telemetry.stageFinished({ stage: 'read', durationMs: image.times.read });
      telemetry.stageFinished({ stage: 'decode', durationMs: image.times.decode });
    }
    // The halves of a batch that was divided are answered apart.
    for (const result of new Set(classified.map((outcome) => outcome.result))) {
      const ofResult = classified.filter((outcome) => outcome.result === result);
      const [first] = ofResult;
      if (first) telemetry.stageFinished({ stage: 'pool', durationMs: poolWaitMs(first) });
      telemetry.batchClassified({
        images: ofResult.length,
        perModel: result.models.map(({ identity }, at) => ({
          model: identity,
          durationMs: result.perModel[at]?.durationMs ?? 0,
        })),
      });
    }
  }

  /** Once the time to stop has run out, late answers meet a closed ledger: their images are queued again already. */
  #broken(error: unknown): void {
    if (!this.#abort.signal.aborted) this.#parts.onBroken(error);
  }

  get #limits(): PrepareLimits {
    const { maxFileBytes, maxPixels } = this.#pipeline;
    const readWithinMs = READING_SHARE * this.#parts.classifier.taskTimeoutMs;
    return { maxFileBytes, maxPixels, readWithinMs };
  }

  get #pipeline(): IngestSettings['pipeline'] {
    return this.#parts.config().pipeline;
  }
}
