import { SmearwatchError } from '../errors.js';
import type { Claim } from '../ledger/ledger.js';
import type { ImageSource } from './settings.js';

/** A claim on its way, with the scanner that its file is of. */
export interface AdmittedFile {
  readonly claim: Claim;
  readonly scanner: ImageSource;
  /** `performance.now()` when it was claimed, and how many milliseconds it had waited in the queue. */
  readonly claimedAt: number;
  readonly queuedMs: number;
}

/** @throws SmearwatchError `scanner-unknown` */
export function admit(claim: Claim, scanners: readonly ImageSource[]): AdmittedFile {
  const scanner = scanners.find(({ name }) => name === claim.scanner);
  if (!scanner) {
    throw new SmearwatchError(`Scanner ${claim.scanner} is no longer configured`, {
      code: 'scanner-unknown',
      hint: 'Configure it again under this name, then smearwatch replay --quarantined --scanner',
    });
  }
  // The clock may have been set back meanwhile.
  const queuedMs = Math.max(0, Date.now() - claim.queuedAt);
  return { claim, scanner, claimedAt: performance.now(), queuedMs };
}
