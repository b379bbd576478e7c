import { backoffMs } from '../backoff.js';
import { errnoOf, messageOf, SmearwatchError } from '../errors.js';
import { LONGEST_DELAY_MS, type Claim, type Reason } from '../ledger/ledger.js';

/** How a claim ends that could not be classified. */
export type Ending =
  /** Put back as if it had not been claimed; the cause is not the image's. */
  | { readonly kind: 'release'; readonly delayMs: number }
  /** Another attempt later. */
  | { readonly kind: 'retry'; readonly delayMs: number; readonly reason: Reason }
  | { readonly kind: 'quarantine'; readonly reason: Reason };

export interface RetryPolicy {
  readonly maxAttempts: number;
  readonly retryDelayMs: number;
}

/** The same bytes would fail again, however often they are tried. */
const PERMANENT =
  /^(image-|unexpected-size$|file-(too-large|vanished|is-link|not-regular)$|name-not-utf8$|path-too-long$|scanner-unknown$)/;
/** Nothing is wrong with the image: the file is being written, its folder is away or silent, or the daemon stops. */
const POSTPONED = new Set(['file-changed', 'folder-missing', 'read-timeout', 'pool-closed']);
const POSTPONED_MS = 5000;

export function endingOf(error: unknown, claim: Claim, { maxAttempts, retryDelayMs }: RetryPolicy): Ending {
  const code = codeOf(error);
  if (POSTPONED.has(code)) return { kind: 'release', delayMs: POSTPONED_MS };
  const reason = { code, reason: sentenceOf(error) };
  if (PERMANENT.test(code) || claim.attempt >= maxAttempts) return { kind: 'quarantine', reason };
  return {
    kind: 'retry',
    delayMs: backoffMs(claim.attempt, { firstMs: retryDelayMs, longestMs: LONGEST_DELAY_MS }),
    reason,
  };
}

function codeOf(error: unknown): string {
  return error instanceof SmearwatchError ? error.code : (errnoOf(error) ?? 'unexpected-error');
}

function sentenceOf(error: unknown): string {
  const hint = error instanceof SmearwatchError ? error.hint : undefined;
  return hint === undefined ? messageOf(error) : `${messageOf(error)}. ${hint}`;
}
