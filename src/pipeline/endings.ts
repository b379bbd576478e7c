import { backoffMs } from '../backoff.js';
import { codeOf, fateOf, sentenceOf } from '../errors.js';
import { LONGEST_DELAY_MS, type Claim, type Reason } from '../ledger/ledger.js';

/** How a claim ends that could not be classified. */
export type Ending =
  /** Returned to the queue as if it had not been claimed; the image is not the cause. */
  | { readonly kind: 'released'; readonly delayMs: number }
  /** Another attempt follows later. */
  | { readonly kind: 'retried'; readonly delayMs: number; readonly reason: Reason }
  | { readonly kind: 'quarantined'; readonly reason: Reason };

export interface RetryPolicy {
  readonly maxAttempts: number;
  readonly retryDelayMs: number;
}

const POSTPONED_MS = 5000;

export function endingOf(error: unknown, claim: Claim, { maxAttempts, retryDelayMs }: RetryPolicy): Ending {
  const fate = fateOf(error);
  if (fate === 'postpone') return { kind: 'released', delayMs: POSTPONED_MS };
  const reason = { code: codeOf(error), reason: sentenceOf(error) };
  if (fate === 'permanent' || claim.attempt >= maxAttempts) return { kind: 'quarantined', reason };
  return {
    kind: 'retried',
    delayMs: backoffMs(claim.attempt, { firstMs: retryDelayMs, longestMs: LONGEST_DELAY_MS }),
    reason,
  };
}
