import { SmearwatchError } from '../errors.js';
import type { Claim } from '../ledger/ledger.js';
import type { FileToPrepare } from '../pool/protocol.js';
import type { ImageSource } from './settings.js';

/**
 * A claimed image with all that the later steps ask about it: the ledger takes it as a claim, a worker as a
 * file.
 */
export interface InFlight extends Claim, FileToPrepare {
  /**
   * The name of the folder that the image is in, if the scanner's folders are classes. It may be no class
   * of the models. Undefined at the top of the scanner's folder.
   */
  readonly folderLabel: string | undefined;
  /** `performance.now()` when it was claimed. */
  readonly claimedAt: number;
  /** Milliseconds that it had waited in the queue. */
  readonly queuedMs: number;
}

/** @throws SmearwatchError `scanner-unknown` */
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
    // The clock may have been set back since.
    queuedMs: Math.max(0, Date.now() - claim.queuedAt),
  };
}
