import { setImmediate } from 'node:timers/promises';
import { errorOf } from '../errors.js';
import { faultPoint } from '../faults.js';
import type { Claim, Completion, Ledger } from '../ledger/ledger.js';
import type { ResultRecord } from '../record.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import type { AnsweredBatch, FailedBatch } from './classify-batch.js';
import { endingOf, type Ending } from './endings.js';
import { finishedClaims } from './result-record.js';
import { retryLedgerWrite } from './retry-ledger-write.js';
import type { IngestSettings } from './settings.js';

export interface RecorderParts {
  readonly ledger: Ledger;
  readonly telemetry: Pick<
    Telemetry,
    'stageFinished' | 'imageRecorded' | 'imageRetried' | 'imageQuarantined' | 'labelRefused'
  >;
  readonly config: () => IngestSettings;
  /** Called when the claim's end is durable. `record`: only for an image that was classified. */
  readonly onEnded: (claim: Claim, outcome: ClaimOutcome, record?: ResultRecord) => void;
  /** Called when a write to the ledger failed; the write is repeated. */
  readonly onLedgerFailed: (error: unknown) => void;
  /** Aborts waiting for a ledger that cannot be written. */
  readonly signal: AbortSignal;
}

export type ClaimOutcome = Completion | Ending['kind'];

/**
 * Records the end of every claim: a result, the result of the same bytes, another attempt, or quarantine. The
 * end is reported only after it is durable.
 */
export class Recorder {
  readonly #parts: RecorderParts;

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  async recordBatch(batch: AnsweredBatch | FailedBatch): Promise<void> {
    // Let the worker's next batch be sent first: a commit blocks this thread until the disk has written it.
    await setImmediate();
    if (!('error' in batch)) return this.#recordAnswers(batch);
    for (const image of batch.images) await this.recordFailure(image, batch.error);
  }

  async #recordAnswers(batch: AnsweredBatch): Promise<void> {
    const { ledger, telemetry, config, onEnded } = this.#parts;
    const start = performance.now();
    const finished = finishedClaims(batch, config().review.minConfidence);
    faultPoint('classified-not-recorded');
    const completions = await this.#write(() => ledger.results.complete(finished));
    faultPoint('recorded');
    telemetry.stageFinished({ stage: 'record', durationMs: performance.now() - start });
    for (const [at, end] of finished.entries()) {
      const { claim } = end;
      const completion = completions[at] ?? 'superseded';
      const record = 'record' in end ? end.record : undefined;
      if (claim.folderLabel !== undefined && record && record.label === undefined)
        this.#tellNoClass(claim.scanner, claim.folderLabel);
      const own = completion === 'classified' ? record : undefined;
      this.#tell(claim, completion, own);
      onEnded(claim, completion, own);
    }
    for (const [at, image] of batch.images.entries()) {
      const file = batch.reply.files[at];
      if (file?.kind === 'unusable') await this.recordFailure(image, errorOf(file.failure), file.sha256);
    }
  }

  /** Records a failure. `sha256`: hash of the bytes, if they were read before the failure. */
  async recordFailure(claim: Claim, error: unknown, sha256?: string): Promise<void> {
    const { telemetry, ledger, config, onEnded } = this.#parts;
    const { scanner, path } = claim;
    const ending = endingOf(error, claim, config().pipeline);
    faultPoint('failed-not-recorded');
    await this.#write(() => {
      if (ending.kind === 'released') ledger.queue.release([claim], ending.delayMs);
      if (ending.kind === 'retried') ledger.queue.retry(claim, ending.reason, ending.delayMs);
      if (ending.kind === 'quarantined') ledger.queue.quarantine(claim, ending.reason, sha256);
    });
    faultPoint('failure-recorded');
    if (ending.kind === 'retried')
      telemetry.imageRetried({ scanner, path, ...ending.reason, attempt: claim.attempt });
    if (ending.kind === 'quarantined') telemetry.imageQuarantined({ scanner, path, ...ending.reason });
    onEnded(claim, ending.kind);
  }

  #tell(claim: Claim, completion: Completion, record: ResultRecord | undefined): void {
    if (completion === 'superseded') return;
    this.#parts.telemetry.imageRecorded({
      scanner: claim.scanner,
      outcome: completion,
      predictions: record?.models ?? [],
      reviewReasons: record?.decision.reviewReasons ?? [],
      // The clock may have been set back in between.
      latencyMs: Math.max(0, Date.now() - claim.queuedAt),
    });
  }

  #tellNoClass(scanner: string, name: string): void {
    const reason = "the folder name is not one of the models' classes";
    this.#parts.telemetry.labelRefused({ source: 'folder', scanner, name, reason });
  }

  #write<T>(write: () => T): Promise<T> {
    return retryLedgerWrite(write, this.#parts.onLedgerFailed, this.#parts.signal);
  }
}
