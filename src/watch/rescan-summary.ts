import type { WalkTally } from '../files/walk.js';

/** The findings of one rescan of the whole folder. */
export interface RescanSummary extends Readonly<WalkTally> {
  /** False when the folder, or the ledger, could not be read to the end. */
  readonly isComplete: boolean;
  /** Files that the ledger did not hold as they are. */
  readonly unknown: number;
  /**
   * Number of `unknown` files that had been there for a while without any event; not counted in the first
   * rescan.
   */
  readonly missed: number;
  /**
   * Number of `unknown` files that had no room among the unsettled; the next automatic rescan finds them
   * again.
   */
  readonly deferred: number;
  readonly durationMs: number;
}

/** The numbers of a rescan while it runs. */
export type RescanCounts = { -readonly [Key in 'unknown' | 'missed' | 'deferred']: RescanSummary[Key] };
