import { hintOf, messageOf, SmearwatchError } from '../errors.js';
import type { DeliveryManager } from '../deliver/delivery-manager.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Pauses } from '../pipeline/claims.js';

export interface WorkOffParts {
  readonly ledger: Ledger;
  readonly delivery: DeliveryManager;
  /** Number of files that have ended for good; files returned to the queue are not counted. */
  readonly endings: () => number;
  /** Files that are not claimed at present, and why. */
  readonly pauses: Pauses & { reasons(): readonly string[] };
  /** Resolves at the next ending or delivery. */
  readonly progress: () => Promise<unknown>;
}

/** How long to wait for missing folders or room on the disk when no other work is left. */
const PATIENCE_MS = 12_000;

/**
 * Resolves once every queued file has ended and every result is delivered (`run --once`).
 * @throws SmearwatchError `sink-failing`, `work-postponed` when only a failing sink, a missing folder or a
 *   full disk keeps it from that
 */
export async function workOff({ ledger, delivery, endings, pauses, progress }: WorkOffParts): Promise<void> {
  let [seen, sinceMs] = [endings(), performance.now()];
  for (;;) {
    const { queued, running } = ledger.queue.counts();
    if (queued === 0 && running === 0) {
      if (delivery.isDone()) return;
      const [failing] = delivery.failing;
      if (failing !== undefined) throw sinkFailing(failing);
    }
    if (endings() !== seen) [seen, sinceMs] = [endings(), performance.now()];
    const isStuck =
      running === 0 &&
      queued > 0 &&
      performance.now() - sinceMs > PATIENCE_MS &&
      (pauses.isPaused || ledger.queue.postponed(pauses.pausedScanners) === queued);
    if (isStuck) throw workPostponed(queued, pauses.reasons());
    await progress();
  }
}

function sinkFailing(sink: string): SmearwatchError {
  return new SmearwatchError(
    'sink-failing',
    `Everything is classified, but sink ${sink} cannot be delivered to`,
  );
}

function workPostponed(files: number, reasons: readonly string[]): SmearwatchError {
  const why = reasons.length > 0 ? reasons.join('; ') : "their scanners' folders are missing";
  return new SmearwatchError(
    'work-postponed',
    `${files === 1 ? '1 file' : `${files} files`} cannot be claimed: ${why}`,
  );
}

/**
 * Makes the error for scanner folders that could not be read.
 * @param problems one for each scanner
 */
export function foldersUnread(problems: readonly unknown[]): SmearwatchError {
  const [first] = problems;
  const what = problems.map((problem) => messageOf(problem)).join('; ');
  const hint = problems.length === 1 ? hintOf(first) : undefined;
  return new SmearwatchError(
    'scanner-folders-unread',
    `Everything else is done, but not all folders were read: ${what}`,
    { hint, cause: first },
  );
}

export function filesUnsettled(files: number): SmearwatchError {
  return new SmearwatchError(
    'files-unsettled',
    `Everything else is done, but ${files} files are still being written`,
  );
}
