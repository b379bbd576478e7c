import { setImmediate } from 'node:timers/promises';
import { faultPoint } from '../faults.js';
import type { Claim, Completion, Ledger } from '../ledger/ledger.js';
import type { ResultRecord } from '../record.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import type { BatchOutcome } from './classify-batch.js';
import { endingOf } from './endings.js';
import { folderLabel, toRecord } from './result-record.js';
import { retryLedgerWrite } from './retry-ledger-write.js';
import type { ImageSource, IngestSettings } from './settings.js';

export interface RecorderParts {
  readonly ledger: Ledger;
  readonly telemetry: Pick<
    Telemetry,
    'stageFinished' | 'imageRecorded' | 'imageRetried' | 'imageQuarantined' | 'labelRefused'
  >;
  readonly config: () => IngestSettings;
  /** The claim's end is durable. `record`: of an image that was classified. */
  readonly onEnded: (claim: Claim, outcome: ClaimOutcome, record?: ResultRecord) => void;
  /** A write to the ledger failed; it is repeated. */
  readonly onLedgerFailed: (error: unknown) => void;
  /** Stops waiting for a ledger that cannot be written. */
  readonly signal: AbortSignal;
}

export type ClaimOutcome = Completion | 'released' | 'retried' | 'quarantined';

const OUTCOME_OF_ENDING = { release: 'released', retry: 'retried', quarantine: 'quarantined' } as const;

/** The end of every claim: a result, the result of the same bytes, another attempt, or quarantine. Durable, then told. */
export class Recorder {
  readonly #parts: RecorderParts;

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  async recordBatch(outcomes: readonly BatchOutcome[]): Promise<void> {
    const { ledger, telemetry, config, onEnded } = this.#parts;
    // The worker's next batch goes out first: committing holds this thread for as long as the disk needs.
    await setImmediate();
    const start = performance.now();
    const finished = outcomes
      .filter((outcome) => 'image' in outcome)
      .map((classified) => ({
        claim: classified.file.claim,
        folder: folderLabel(classified.file.scanner, classified.file.claim.path),
        record: toRecord(classified, config().review.minConfidence),
      }));
    faultPoint('classified-not-recorded');
    const completions = await this.#write(() => ledger.results.complete(finished));
    faultPoint('recorded');
    telemetry.stageFinished({ stage: 'record', durationMs: performance.now() - start });
    finished.forEach(({ claim, folder, record }, index) => {
      const completion = completions[index] ?? 'superseded';
      if (folder !== undefined && record.label === undefined) this.#tellNoClass(claim, folder);
      this.#tell(claim, completion, record);
      onEnded(claim, completion, completion === 'classified' ? record : undefined);
    });
    for (const outcome of outcomes) {
      if ('knownSha256' in outcome)
        await this.#recordKnown(outcome.file.claim, outcome.file.scanner, outcome.knownSha256);
      if ('error' in outcome) await this.recordFailure(outcome.file.claim, outcome.error, outcome.sha256);
    }
  }

  /** The claim's bytes have a result already. */
  async #recordKnown(claim: Claim, scanner: ImageSource, sha256: string): Promise<void> {
    const { ledger, onEnded } = this.#parts;
    const label = folderLabel(scanner, claim.path);
    const completion = await this.#write(() => ledger.results.completeCopy(claim, sha256, label));
    this.#tell(claim, completion);
    onEnded(claim, completion);
  }

  /** `sha256`: of the bytes, where they were read before it failed. */
  async recordFailure(claim: Claim, error: unknown, sha256?: string): Promise<void> {
    const { telemetry, ledger, config, onEnded } = this.#parts;
    const { scanner, path } = claim;
    const ending = endingOf(error, claim, config().pipeline);
    faultPoint('failed-not-recorded');
    await this.#write(() => {
      if (ending.kind === 'release') ledger.queue.release([claim], ending.delayMs);
      if (ending.kind === 'retry') ledger.queue.retry(claim, ending.reason, ending.delayMs);
      if (ending.kind === 'quarantine') ledger.queue.quarantine(claim, ending.reason, sha256);
    });
    faultPoint('failure-recorded');
    if (ending.kind === 'retry')
      telemetry.imageRetried({ scanner, path, ...ending.reason, attempt: claim.attempt });
    if (ending.kind === 'quarantine') telemetry.imageQuarantined({ scanner, path, ...ending.reason });
    onEnded(claim, OUTCOME_OF_ENDING[ending.kind]);
  }

  #tell(claim: Claim, completion: Completion, record?: ResultRecord): void {
    if (completion === 'superseded') return;
    this.#parts.telemetry.imageRecorded({
      scanner: claim.scanner,
      outcome: completion,
      predictions: completion === 'classified' && record ? record.models : [],
      reviewReasons: completion === 'classified' && record ? record.decision.reviewReasons : [],
      // The clock may have been set back meanwhile.
      latencyMs: Math.max(0, Date.now() - claim.queuedAt),
    });
  }

  #tellNoClass({ scanner }: Claim, name: string): void {
    const reason = 'the folder has the name of no class that the models know';
    this.#parts.telemetry.labelRefused({ source: 'folder', scanner, name, reason });
  }

  #write<T>(write: () => T): Promise<T> {
    return retryLedgerWrite(write, this.#parts.onLedgerFailed, this.#parts.signal);
  }
}
