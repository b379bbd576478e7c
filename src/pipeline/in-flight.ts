import { SmearwatchError } from '../errors.js';
import type { Claim } from '../ledger/ledger.js';
import type { FileToPrepare } from '../pool/protocol.js';
import type { ImageSource } from './settings.js';

/**
 * A claimed image with all data that the later steps need: the ledger uses it as a claim, a worker as a file.
 */
export interface InFlight extends Claim, FileToPrepare {
  /**
   * Name of the image's folder, if the scanner's folders are classes. It may not be a class of the models.
   * Undefined for an image at the top of the scanner's folder.
   */
  readonly folderLabel: string | undefined;
  /** Value of `performance.now()` when it was claimed. */
  readonly claimedAt: number;
  /** Milliseconds that it had waited in the queue. */
  readonly queuedMs: number;
}

/**
 * Adds what the later steps need to a claim.
 * @throws SmearwatchError `scanner-unknown`
 */
export function admit(claim: Claim, scanners: readonly ImageSource[]): InFlight {
  const scanner = scanners.find(({ name }) => name === claim.scanner);
  if (!scanner) {
    throw new SmearwatchError('scanner-unknown', `Scanner ${claim.scanner} is no longer configured`);
  }
  const { folder, labels, expectedSize } = scanner;
  return {
    ...claim,
    folder,
    expectedSize,
    folderLabel: labels === 'folder' ? claim.path.split('/').at(-2) : undefined,
    claimedAt: performance.now(),
    // The clock may have been set back in between.
    queuedMs: Math.max(0, Date.now() - claim.queuedAt),
  };
}
