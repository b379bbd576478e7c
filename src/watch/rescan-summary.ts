import type { WalkTally } from '../files/walk.js';

/** What one reading of the whole folder found. */
export interface RescanSummary extends Readonly<WalkTally> {
  /** False when the folder, or the ledger, could not be read to the end. */
  readonly isComplete: boolean;
  /** Files that the ledger did not hold as they are. */
  readonly unknown: number;
  /** Of these, files that had been there for a while without any event. Not counted in the first rescan. */
  readonly missed: number;
  /**
   * Of these, files that had no room among the unsettled; a rescan that follows by itself finds them again.
   */
  readonly deferred: number;
  readonly durationMs: number;
}

/** The numbers of a rescan while it runs. */
export type RescanCounts = { -readonly [Key in 'unknown' | 'missed' | 'deferred']: RescanSummary[Key] };
