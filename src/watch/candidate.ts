import type { ScannerConfig } from '../config/schema.js';
import type { FoundFile } from '../files/walk.js';
import type { FormatEnd } from './byte-source.js';

type SettleRule = ScannerConfig['settle'];

/** A file that is there but may not be all there. Times are on the monotonic clock, in milliseconds. */
export interface Candidate {
  file: FoundFile;
  readonly firstSeenMs: number;
  /** When it last changed, as far as is known: its own word for it where that is believed. */
  changedAtMs: number;
  /** Time of the first look that found the file in its present state. */
  seenSameSinceMs: number;
  /** Time of the next look at the file. */
  dueAtMs: number;
  /** Raised by every sign of change, so that a verdict on older bytes is not used. */
  version: number;
  /** The version that the last look found settled. */
  settledVersion: number | undefined;
}

/**
 * A quiet file that lacks its end is looked at again after half the time that it has been quiet, within
 * these.
 */
const MIN_RECHECK_MS = 50;
const MAX_RECHECK_MS = 5000;

/** @param ageMs what the file's own modification time says, if it can be trusted. */
export function newCandidate(
  file: FoundFile,
  { nowMs, ageMs, quietMs }: { nowMs: number; ageMs: number; quietMs: number },
): Candidate {
  const changedAtMs = nowMs - ageMs;
  return {
    file,
    firstSeenMs: nowMs,
    changedAtMs,
    seenSameSinceMs: nowMs,
    dueAtMs: Math.max(nowMs, changedAtMs + quietMs),
    version: 0,
    settledVersion: undefined,
  };
}

export function noteChange(candidate: Candidate, file: FoundFile, nowMs: number, quietMs: number): void {
  candidate.file = file;
  candidate.version += 1;
  candidate.changedAtMs = nowMs;
  candidate.seenSameSinceMs = nowMs;
  candidate.dueAtMs = nowMs + quietMs;
}

export function isChanged(before: FoundFile, now: FoundFile): boolean {
  return before.size !== now.size || before.mtimeMs !== now.mtimeMs;
}

/**
 * Returns the time at which the file counts as settled if it does not change any more. Its size and
 * modification time must not have changed for `quietMs`, and one of these must be true:
 *
 * - The format's end is there, or the format has no end to look for.
 * - The end has been missing for `incompleteAfterMs`. The pipeline then quarantines the file as truncated, so
 *   that it is reported.
 * - Zeros have been in the place of the end for as long. The file is then classified if it decodes, and sent
 *   to review.
 *
 * A modification time in the past is trusted only together with a format's end: the clock of a share may be
 * minutes behind, and then a file that is being written looks old. Without an end, and with times in the
 * future, two looks of the watcher, `quietMs` apart, must agree as well. Zeros are watched for the whole
 * time: they decode to a wrong picture.
 */
export function settlesAtMs(
  { changedAtMs, seenSameSinceMs }: Candidate,
  end: Exclude<FormatEnd, 'gone'>,
  { quietMs, incompleteAfterMs }: SettleRule,
): number {
  if (end === 'present') return changedAtMs + quietMs;
  if (end === 'unknown') return seenSameSinceMs + quietMs;
  if (end === 'zeros') return seenSameSinceMs + Math.max(incompleteAfterMs, quietMs);
  return Math.max(changedAtMs + incompleteAfterMs, seenSameSinceMs + quietMs);
}

/**
 * An end that is missing, or zeros, may come without a sign: memory-mapped and network writes change the
 * modification time late.
 */
export function recheckAtMs({ seenSameSinceMs }: Candidate, nowMs: number): number {
  return nowMs + Math.min(MAX_RECHECK_MS, Math.max(MIN_RECHECK_MS, (nowMs - seenSameSinceMs) / 2));
}
