import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '../backoff.js';

const BACKOFF = { firstMs: 500, longestMs: 15_000 };

/**
 * Repeats a write to the ledger until it succeeds. On a full or failing disk the work stays in memory and in
 * flight, so no more is claimed than there is room for until writes succeed again.
 * @throws the last error once `signal` aborts; what was not written is queued again at the next start
 */
export async function retryLedgerWrite<T>(
  write: () => T,
  onFailed: (error: unknown) => void,
  signal: AbortSignal,
): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return write();
    } catch (error) {
      onFailed(error);
      if (signal.aborted) throw error;
      await delay(backoffMs(failures, BACKOFF), undefined, { signal });
    }
  }
}
