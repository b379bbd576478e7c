import { concatMap, defaultIfEmpty, filter, lastValueFrom, mergeMap } from 'rxjs';
import type { Config, ScannerConfig } from '../config/schema.js';
import { SmearwatchError } from '../errors.js';
import type { Claim, Ledger } from '../ledger/ledger.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import { batches } from './batches.js';
import { Claims } from './claims.js';
import { classifyBatch, type Classifier, type FailedImage } from './classify-batch.js';
import { Credits } from './credits.js';
import { prepareImage, type PreparedImage } from './prepare.js';
import { Recorder, type Outcome } from './recorder.js';
import type { ClassifiedImage } from './result-record.js';

export interface IngestParts {
  readonly ledger: Ledger;
  readonly classifier: Classifier & { readonly workers: { configured: number; busy: number } };
  readonly telemetry: Telemetry;
  /** The configuration in force; asked anew for every image, since it may be reloaded. */
  readonly config: () => Config;
  /** Images decoded at the same time. */
  readonly decodeConcurrency: number;
  /** A claim has ended: the sinks may have something to deliver. */
  readonly onEnded: (outcome: Outcome) => void;
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
  #preparing = 0;
  #finished: Promise<unknown> = Promise.resolve();

  constructor(parts: IngestParts) {
    this.#parts = parts;
    const { ledger, telemetry, config, classifier, onEnded } = parts;
    const capacity = (): number =>
      classifier.workers.configured * BATCHES_PER_WORKER * config().pipeline.batchSize;
    const credits = new Credits(capacity, () => this.#claims.pull());
    this.#claims = new Claims(ledger.queue, credits, (error) => telemetry.ledgerWriteFailed({ error }));
    this.#recorder = new Recorder({
      ledger,
      telemetry,
      config,
      signal: this.#abort.signal,
      onEnded: (claim, outcome) => {
        this.#inFlight.delete(claim.id);
        credits.giveBack(1);
        onEnded(outcome);
      },
    });
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  start(): void {
    const flow$ = this.#claims.claims$.pipe(
      mergeMap((claim) => this.#prepare(claim), this.#parts.decodeConcurrency),
      filter((prepared) => prepared !== undefined),
      batches({
        size: () => this.#pipeline.batchSize,
        maxAgeMs: () => this.#pipeline.batchMaxAgeMs,
        isUrgent: () => this.#preparing === 0 && this.#hasIdleWorker(),
      }),
      mergeMap((batch) => this.#classify(batch)),
      concatMap((images) => this.#recorder.recordBatch(images)),
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

  /** The image, or nothing when its claim has ended here: it is known, or cannot be read or decoded. */
  async #prepare(claim: Claim): Promise<PreparedImage | undefined> {
    this.#inFlight.set(claim.id, claim);
    this.#preparing += 1;
    const { ledger, telemetry } = this.#parts;
    try {
      const hasResult = (sha256: string): boolean => ledger.results.has(sha256);
      const image = await prepareImage(claim, this.#scannerOf(claim), this.#pipeline, hasResult);
      if ('isKnown' in image) {
        await this.#recorder.recordKnown(claim, image.sha256);
        return undefined;
      }
      telemetry.stageFinished({ stage: 'queue', durationMs: image.times.queued });
      telemetry.stageFinished({ stage: 'read', durationMs: image.times.read });
      telemetry.stageFinished({ stage: 'decode', durationMs: image.times.decode });
      return image;
    } catch (error) {
      await this.#recorder.recordFailure(claim, error);
      return undefined;
    } finally {
      this.#preparing -= 1;
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
      telemetry.stageFinished({ stage: 'pool', durationMs: first.answeredAt - first.submittedAt });
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

  get #pipeline(): Config['pipeline'] {
    return this.#parts.config().pipeline;
  }

  #hasIdleWorker(): boolean {
    const { workers } = this.#parts.classifier;
    return workers.busy < workers.configured;
  }

  #scannerOf(claim: Claim): ScannerConfig {
    const scanner = this.#parts.config().scanners.find(({ name }) => name === claim.scanner);
    if (scanner) return scanner;
    throw new SmearwatchError(`Scanner ${claim.scanner} is no longer configured`, {
      code: 'scanner-unknown',
      hint: 'Configure it again under this name, then smearwatch replay --quarantined --scanner',
    });
  }
}
