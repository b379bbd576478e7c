import {
  concatMap,
  defaultIfEmpty,
  filter,
  finalize,
  lastValueFrom,
  map,
  mergeMap,
  Subject,
  tap,
  type Observable,
} from 'rxjs';
import { errorOf, isFolderAway } from '../errors.js';
import type { Claim, Ledger } from '../ledger/ledger.js';
import type { Classifier } from '../pool/classifier.js';
import type { ResultRecord } from '../record.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import { within } from '../within.js';
import { batches } from './batches.js';
import { ClaimsInFlight, type ActivitySnapshot } from './claims-in-flight.js';
import { Claims, NEVER_PAUSED, type Pauses } from './claims.js';
import { classifyBatch, type AnsweredBatch, type FailedBatch } from './classify-batch.js';
import { admit, type InFlight } from './in-flight.js';
import { Recorder, type ClaimOutcome, type RecorderParts } from './recorder.js';
import { reportBatch } from './report-batch.js';
import { prepareLimits, type IngestSettings } from './settings.js';

export interface IngestParts {
  readonly ledger: Ledger;
  readonly classifier: Classifier & {
    readonly workers: { configured: number };
    readonly taskTimeoutMs: number;
  };
  readonly telemetry: Pick<Telemetry, 'stageFinished' | 'imageDecoded' | 'batchClassified' | 'batchFailed'> &
    RecorderParts['telemetry'];
  /** The settings in force; asked again for every image, since a configuration may be reloaded. */
  readonly config: () => IngestSettings;
  /** Files that must not be claimed at present; without it, every file may be claimed. */
  readonly pauses?: Pauses;
  /**
   * Called when a scanner's folder is missing or does not answer: its files need not be tried until it is
   * back.
   */
  readonly onFolderMissing?: (scanner: string) => void;
  /**
   * Called when a claim has ended, since the sinks may have something to deliver. `record`: only for an image
   * that was classified.
   */
  readonly onEnded: (outcome: ClaimOutcome, record?: ResultRecord) => void;
  /** Called when the ledger could not be read or written; it is tried again until it succeeds. */
  readonly onLedgerFailed: (error: unknown) => void;
  /** Called when the flow itself has failed, which no image can cause: nothing more is classified. */
  readonly onBroken: (error: unknown) => void;
}

/** Batches in flight per worker: one being computed, one waiting, one being recorded or filled. */
const BATCHES_PER_WORKER = 3;

/**
 * Processes every image, from the queue to its durable end. Only claims flow through here: a file is read,
 * decoded and classified in one worker. `ClaimsInFlight` limits how many are processed at the same time, for
 * a queue of any length.
 */
export class Ingest {
  readonly #parts: IngestParts;
  readonly #claims: Claims;
  readonly #recorder: Recorder;
  readonly #inFlight: ClaimsInFlight;
  readonly #abort = new AbortController();
  readonly #freed$ = new Subject<void>();
  #batchesInPool = 0;
  #finished: Promise<unknown> = Promise.resolve();

  constructor(parts: IngestParts) {
    this.#parts = parts;
    const { ledger, telemetry, config, classifier, pauses = NEVER_PAUSED, onEnded, onLedgerFailed } = parts;
    this.#inFlight = new ClaimsInFlight({
      capacity: () => classifier.workers.configured * BATCHES_PER_WORKER * config().pipeline.batchSize,
      onRoom: () => this.#claims.pull(),
    });
    this.#claims = new Claims(ledger, this.#inFlight, { pauses, onError: onLedgerFailed });
    this.#recorder = new Recorder({
      ledger,
      telemetry,
      config,
      onLedgerFailed,
      signal: this.#abort.signal,
      onEnded: (claim, outcome, record) => {
        this.#inFlight.end(claim);
        onEnded(outcome, record);
      },
    });
  }

  get inFlight(): number {
    return this.#inFlight.count;
  }

  get activity(): ActivitySnapshot {
    return this.#inFlight.snapshot();
  }

  start(): void {
    const flow$ = this.#claims.claims$.pipe(
      map((claim) => this.#begin(claim)),
      filter((image) => image !== undefined),
      batches({
        size: () => this.#pipeline.batchSize,
        idle: () => this.#parts.classifier.workers.configured - this.#batchesInPool,
        freed$: this.#freed$,
      }),
      mergeMap((images) => this.#classify(images)),
      concatMap((batch) => {
        this.#inFlight.move(batch.images, 'record');
        return this.#recorder.recordBatch(batch);
      }),
    );
    this.#finished = lastValueFrom(flow$.pipe(defaultIfEmpty(undefined))).catch((error: unknown) =>
      this.#broken(error),
    );
    this.#claims.pull();
  }

  /** Starts claiming at once, because files were queued. */
  wake(): void {
    this.#claims.pull();
  }

  /**
   * Stops claiming and finishes what is in flight, for at most `timeoutMs`; the rest is then returned to the
   * queue. Returns the number of files that were returned.
   */
  async stop(timeoutMs: number): Promise<number> {
    this.#claims.stop();
    await within(timeoutMs, this.#finished, { late: () => this.#abort.abort() });
    const left = this.#inFlight.claims;
    if (left.length > 0) this.#parts.ledger.queue.release(left);
    return left.length;
  }

  /** Prepares a claim; undefined if the claim ends here because its scanner is no longer configured. */
  #begin(claim: Claim): InFlight | undefined {
    try {
      const image = admit(claim, this.#parts.config().scanners);
      this.#inFlight.begin(image);
      return image;
    } catch (error) {
      this.#inFlight.begin(claim);
      void this.#recorder.recordFailure(claim, error).catch((failure: unknown) => this.#broken(failure));
      return undefined;
    }
  }

  #classify(images: readonly InFlight[]): Observable<AnsweredBatch | FailedBatch> {
    const { classifier, telemetry } = this.#parts;
    this.#batchesInPool += 1;
    this.#inFlight.move(images, 'pool');
    const limits = prepareLimits(this.#pipeline, classifier.taskTimeoutMs);
    return classifyBatch(classifier, images, limits, (count, error) =>
      telemetry.batchFailed({ images: count, error }),
    ).pipe(
      tap((batch) => {
        if ('error' in batch) return;
        reportBatch(batch, telemetry);
        this.#reportUnreachable(batch);
      }),
      finalize(() => {
        this.#batchesInPool -= 1;
        this.#freed$.next();
      }),
    );
  }

  #reportUnreachable({ images, reply }: AnsweredBatch): void {
    for (const [at, file] of reply.files.entries()) {
      const scanner = images[at]?.scanner;
      if (scanner !== undefined && file.kind === 'unusable' && isFolderAway(errorOf(file.failure)))
        this.#parts.onFolderMissing?.(scanner);
    }
  }

  /**
   * Reports a failed flow. After the time to stop has passed, late answers meet a closed ledger: their images
   * are queued again already, so this is not a failure.
   */
  #broken(error: unknown): void {
    if (!this.#abort.signal.aborted) this.#parts.onBroken(error);
  }

  get #pipeline(): IngestSettings['pipeline'] {
    return this.#parts.config().pipeline;
  }
}
