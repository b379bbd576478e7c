import { concatMap, defaultIfEmpty, filter, lastValueFrom, mergeMap, tap } from 'rxjs';
import { SmearwatchError } from '../errors.js';
import { faultPoint } from '../faults.js';
import type { Claim, Ledger } from '../ledger/ledger.js';
import type { ResultRecord } from '../record.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import { Activity, type ActivitySnapshot } from './activity.js';
import { batches } from './batches.js';
import { Claims, NEVER_PAUSED, type Pauses } from './claims.js';
import { classifyBatch, type Classifier, type FailedImage } from './classify-batch.js';
import { Credits } from './credits.js';
import { prepareImage, type PreparedImage } from './prepare.js';
import { Recorder, type Outcome } from './recorder.js';
import { poolWaitMs, type ClassifiedImage } from './result-record.js';
import type { ImageSource, IngestSettings } from './settings.js';

export interface IngestParts {
  readonly ledger: Ledger;
  readonly classifier: Classifier & { readonly workers: { configured: number; alive: number; busy: number } };
  readonly telemetry: Telemetry;
  /** The settings in force; asked anew for every image, since a configuration may be reloaded. */
  readonly config: () => IngestSettings;
  /** Images decoded at the same time. */
  readonly decodeConcurrency: number;
  /** What must not be claimed at present; without it, everything may. */
  readonly pauses?: Pauses;
  /** The folder of a scanner is not there: its files need not be tried until it is. */
  readonly onFolderMissing?: (scanner: string) => void;
  /** A claim has ended: the sinks may have something to deliver. `record`: of an image that was classified. */
  readonly onEnded: (outcome: Outcome, record?: ResultRecord) => void;
  /** The flow itself has broken, which no image can bring about: nothing more is classified. */
  readonly onBroken: (error: unknown) => void;
}

/** Batches in flight per worker: one in work, one waiting, one being decoded. */
const BATCHES_PER_WORKER = 3;

/**
 * The way of every image, from the queue to its durable end. Only claims flow in; pixels exist between `prepare` and
 * `record`, for as many images as there are credits, however long the queue is.
 */
export class Ingest {
  readonly #parts: IngestParts;
  readonly #claims: Claims;
  readonly #recorder: Recorder;
  readonly #inFlight = new Map<number, Claim>();
  readonly #abort = new AbortController();
  readonly #activity = new Activity();
  #finished: Promise<unknown> = Promise.resolve();

  constructor(parts: IngestParts) {
    this.#parts = parts;
    const { ledger, telemetry, config, classifier, pauses = NEVER_PAUSED, onEnded } = parts;
    const capacity = (): number =>
      classifier.workers.configured * BATCHES_PER_WORKER * config().pipeline.batchSize;
    const credits = new Credits(capacity, () => this.#claims.pull());
    this.#claims = new Claims(ledger, credits, {
      pauses,
      onError: (error) => telemetry.ledgerWriteFailed({ error }),
    });
    this.#recorder = new Recorder({
      ledger,
      telemetry,
      config,
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
      tap((claim) => this.#begin(claim)),
      mergeMap(
        (claim) => this.#activity.during('decode', 1, () => this.#prepare(claim)),
        this.#parts.decodeConcurrency,
      ),
      filter((prepared) => prepared !== undefined),
      batches({
        size: () => this.#pipeline.batchSize,
        maxAgeMs: () => this.#pipeline.batchMaxAgeMs,
        isUrgent: () => this.#activity.count('decode') === 0 && this.#hasIdleWorker(),
      }),
      mergeMap((batch) => this.#activity.during('pool', batch.length, () => this.#classify(batch))),
      concatMap((images) =>
        this.#activity.during('record', images.length, () => this.#recorder.recordBatch(images)),
      ),
    );
    this.#finished = lastValueFrom(flow$.pipe(defaultIfEmpty(undefined))).catch((error: unknown) => {
      // Once the time to stop has run out, late answers meet a closed ledger: their images are queued again already.
      if (!this.#abort.signal.aborted) this.#parts.onBroken(error);
    });
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

  /** At once, also where it has to wait to be decoded: what is left when the daemon stops goes back into the queue. */
  #begin(claim: Claim): void {
    this.#inFlight.set(claim.id, claim);
    this.#activity.begun();
  }

  /** The image, or nothing when its claim has ended here: it is known, or cannot be read or decoded. */
  async #prepare(claim: Claim): Promise<PreparedImage | undefined> {
    const { ledger, telemetry } = this.#parts;
    try {
      faultPoint('preparing', claim.path);
      const hasResult = (sha256: string): boolean => ledger.results.has(sha256);
      const image = await prepareImage(claim, this.#scannerOf(claim), this.#pipeline, hasResult);
      if ('isKnown' in image) {
        await this.#recorder.recordKnown(claim, this.#scannerOf(claim), image.sha256);
        return undefined;
      }
      faultPoint('prepared', claim.path);
      telemetry.stageFinished({ stage: 'queue', durationMs: image.times.queued });
      telemetry.stageFinished({ stage: 'read', durationMs: image.times.read });
      telemetry.stageFinished({ stage: 'decode', durationMs: image.times.decode });
      return image;
    } catch (error) {
      if (error instanceof SmearwatchError && error.code === 'folder-missing')
        this.#parts.onFolderMissing?.(claim.scanner);
      await this.#recorder.recordFailure(claim, error);
      return undefined;
    }
  }

  async #classify(batch: readonly PreparedImage[]): Promise<(ClassifiedImage | FailedImage)[]> {
    const { classifier, telemetry } = this.#parts;
    const images = await classifyBatch(classifier, batch, (count, error) => {
      telemetry.batchFailed({ images: count, error });
    });
    const first = images.find((image) => 'result' in image);
    if (first) {
      const { models, perModel } = first.result;
      telemetry.stageFinished({ stage: 'batch', durationMs: first.submittedAt - first.prepared.preparedAt });
      telemetry.stageFinished({ stage: 'pool', durationMs: poolWaitMs(first) });
      telemetry.batchClassified({
        images: first.batchImages,
        perModel: models.map(({ identity }, at) => ({
          model: identity,
          durationMs: perModel[at]?.durationMs ?? 0,
        })),
      });
    }
    return images;
  }

  get #pipeline(): IngestSettings['pipeline'] {
    return this.#parts.config().pipeline;
  }

  #hasIdleWorker(): boolean {
    const { workers } = this.#parts.classifier;
    return workers.busy < workers.alive;
  }

  #scannerOf(claim: Claim): ImageSource {
    const scanner = this.#parts.config().scanners.find(({ name }) => name === claim.scanner);
    if (scanner) return scanner;
    throw new SmearwatchError(`Scanner ${claim.scanner} is no longer configured`, {
      code: 'scanner-unknown',
      hint: 'Configure it again under this name, then smearwatch replay --quarantined --scanner',
    });
  }
}
