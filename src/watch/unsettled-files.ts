import type { ScannerConfig } from '../config/schema.js';
import { forEachLimited } from '../files/limited.js';
import type { Intake } from '../files/seen-file.js';
import { isGone, lookAt, type FoundFile } from '../files/walk.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import {
  isChanged,
  newCandidate,
  noteChange,
  recheckAtMs,
  settlesAtMs,
  type Candidate,
} from './candidate.js';
import type { WatchClock } from './clock.js';
import { readFormatEnd } from './format-end.js';
import { fileOverdue } from './watch-errors.js';

export interface UnsettledFilesOptions {
  readonly scanner: Pick<ScannerConfig, 'name' | 'folder' | 'settle'>;
  readonly intake: Intake;
  readonly telemetry: Pick<Telemetry, 'fileSettled' | 'folderSuspicious' | 'ledgerWriteFailed'>;
  readonly clock: WatchClock;
  readonly signal: AbortSignal;
  /** Candidates left, or were refused by the ledger and stay. */
  readonly progressed: () => void;
  /** How many may wait at once: what bounds the memory. */
  readonly maxFiles?: number;
}

const CHECKS_AT_ONCE = 8;
const ANNOUNCED_AT_ONCE = 256;
/** When the ledger refuses (disk full, locked), it is asked again after so long. */
const REFUSED_RETRY_MS = 1000;
const SHORTEST_WAIT_MS = 5;
/** A file that has not settled after this multiple of the patience with incomplete files is reported once. */
const OVERDUE_FACTOR = 10;
const SHORTEST_PATIENCE_MS = 100;
/** Greatest number of files that are reported by name: an unreachable share delays thousands at once. */
const MOST_TOLD_OVERDUE = 20;

/**
 * The files that have not settled yet: looks at each when it is due, and tells the ledger when it has settled
 * (the rule is `settlesAtMs`). Their number is bounded, and so is the number of looks at once.
 */
export class UnsettledFiles {
  #candidates = new Map<string, Candidate>();
  /** The candidates that never stop growing, or that have been unreadable for long. */
  readonly #overdue = new Set<string>();
  readonly #options: UnsettledFilesOptions;
  readonly #maxFiles: number;
  #checking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Infinity;

  constructor(options: UnsettledFilesOptions) {
    this.#options = options;
    this.#maxFiles = options.maxFiles ?? 10_000;
  }

  get count(): number {
    return this.#candidates.size;
  }

  /** How many of them have been waiting so long that they may never settle. */
  get overdue(): number {
    return this.#overdue.size;
  }

  /** Worth reading the folder again for those that were turned away. */
  get isRoomy(): boolean {
    return this.#candidates.size <= this.#maxFiles / 2;
  }

  /** How long the one that has waited longest has waited; 0 when none does. */
  get oldestMs(): number {
    let oldest = Infinity;
    for (const { firstSeenMs } of this.#candidates.values()) oldest = Math.min(oldest, firstSeenMs);
    return oldest === Infinity ? 0 : this.#options.clock.monotonicMs() - oldest;
  }

  has(path: string): boolean {
    return this.#candidates.has(path);
  }

  /**
   * A look at a file that the ledger does not know. `isChanging`: an event says that it was changed just now,
   * so its modification time is not asked.
   * @returns false when there is no room; the next rescan finds it again.
   */
  offer(file: FoundFile, { isChanging }: { isChanging: boolean }): boolean {
    const nowMs = this.#options.clock.monotonicMs();
    const known = this.#candidates.get(file.path);
    if (known !== undefined) {
      if (isChanging || isChanged(known.file, file)) this.#restart(known, file, nowMs);
      return true;
    }
    if (this.#candidates.size >= this.#maxFiles) return false;
    const { quietMs } = this.#options.scanner.settle;
    const ageMs = isChanging ? 0 : Math.max(0, this.#options.clock.wallMs() - file.mtimeMs);
    const candidate = newCandidate(file, { nowMs, ageMs, quietMs });
    this.#candidates.set(file.path, candidate);
    this.#wakeAt(candidate.dueAtMs);
    return true;
  }

  /**
   * Looks at all that are due. A rescan waits for it after every chunk, which is what holds the rescan back.
   */
  checkDue(): Promise<void> {
    this.#checking ??= this.#checkAllDue().finally(() => {
      this.#checking = undefined;
      this.#wakeForNext();
    });
    return this.#checking;
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#checking;
  }

  async #checkAllDue(): Promise<void> {
    for (let due = this.#due(); due.length > 0 && !this.#options.signal.aborted; due = this.#due()) {
      await forEachLimited(due, CHECKS_AT_ONCE, async (candidate) => {
        candidate.settledVersion = await this.#check(candidate);
        if (candidate.settledVersion === undefined) this.#tellOverdue(candidate);
      });
      this.#announce(due.filter(({ version, settledVersion }) => version === settledVersion));
      this.#options.progressed();
    }
  }

  #due(): Candidate[] {
    const nowMs = this.#options.clock.monotonicMs();
    const due: Candidate[] = [];
    for (const candidate of this.#candidates.values()) {
      if (candidate.dueAtMs <= nowMs && due.push(candidate) === ANNOUNCED_AT_ONCE) break;
    }
    return due;
  }

  /**
   * @returns the version that has settled, or undefined: gone, or still waiting with a new time to look
   *   again.
   */
  async #check(candidate: Candidate): Promise<number | undefined> {
    const { scanner, clock } = this.#options;
    const file = await this.#lookAgain(candidate);
    if (file === undefined) return undefined;
    // Its change time may be another one, since more than its bytes can change.
    candidate.file = file;
    const { version } = candidate;
    const end = file.isRegular
      ? await readFormatEnd(`${scanner.folder}/${file.path}`, file.size)
      : ('unknown' as const);
    if (candidate.version !== version) return undefined;
    if (end === 'gone') {
      this.#forget(file.path);
      return undefined;
    }
    const nowMs = clock.monotonicMs();
    candidate.dueAtMs = settlesAtMs(candidate, end, scanner.settle);
    if (candidate.dueAtMs <= nowMs) {
      // Not due again while it waits to be announced, and soon again if that fails.
      candidate.dueAtMs = nowMs + REFUSED_RETRY_MS;
      return version;
    }
    if (end === 'missing' || end === 'zeros')
      candidate.dueAtMs = Math.min(candidate.dueAtMs, recheckAtMs(candidate, nowMs));
    return undefined;
  }

  /** The file as it was seen before, or undefined when it is gone or has changed since. */
  async #lookAgain(candidate: Candidate): Promise<FoundFile | undefined> {
    const { scanner, clock } = this.#options;
    const { path } = candidate.file;
    try {
      const file = await lookAt(scanner.folder, path);
      if (file === undefined) this.#forget(path);
      else if (!isChanged(candidate.file, file)) return file;
      else this.#restart(candidate, file, clock.monotonicMs());
    } catch (error) {
      if (isGone(error)) this.#forget(path);
      // The share may be unreachable for a while: nothing is known about the file, so nothing is decided.
      else candidate.dueAtMs = clock.monotonicMs() + REFUSED_RETRY_MS;
    }
    return undefined;
  }

  #restart(candidate: Candidate, file: FoundFile, nowMs: number): void {
    noteChange(candidate, file, nowMs, this.#options.scanner.settle.quietMs);
    this.#tellOverdue(candidate);
    this.#wakeAt(candidate.dueAtMs);
  }

  #forget(path: string): void {
    this.#candidates.delete(path);
    this.#overdue.delete(path);
  }

  /**
   * Reports an overdue file: a file that is written to without end appears in no other list.
   */
  #tellOverdue({ file, firstSeenMs }: Candidate): void {
    const { scanner, telemetry, clock, progressed } = this.#options;
    const waitedMs = clock.monotonicMs() - firstSeenMs;
    const { incompleteAfterMs, quietMs } = scanner.settle;
    if (waitedMs < OVERDUE_FACTOR * Math.max(incompleteAfterMs, quietMs, SHORTEST_PATIENCE_MS)) return;
    if (!this.#candidates.has(file.path) || this.#overdue.has(file.path)) return;
    this.#overdue.add(file.path);
    if (this.#overdue.size <= MOST_TOLD_OVERDUE)
      telemetry.folderSuspicious({
        scanner: scanner.name,
        error: fileOverdue(scanner, { ...file, waitedMs }),
      });
    progressed();
  }

  #announce(settled: readonly Candidate[]): void {
    const { scanner, intake, telemetry, clock, signal } = this.#options;
    if (settled.length === 0 || signal.aborted) return;
    try {
      intake.enqueue(
        scanner.name,
        settled.map(({ file }) => file),
      );
    } catch (error) {
      // They stay candidates and are due again: not durable means not taken.
      telemetry.ledgerWriteFailed({ error });
      return;
    }
    const nowMs = clock.monotonicMs();
    for (const { file, firstSeenMs } of settled) {
      this.#forget(file.path);
      telemetry.fileSettled({ scanner: scanner.name, path: file.path, waitedMs: nowMs - firstSeenMs });
    }
    if (this.#candidates.size < settled.length) this.#leaveOldTables();
  }

  /**
   * A Map that is filled and emptied again and again takes one table after the other, and V8 links each to
   * the next. Once a table that is done with has survived into the old generation, so do all that follow,
   * with the candidates that were in them: 0.35 kB of garbage for every file, until the next full collection.
   * A new Map has no table before it.
   */
  #leaveOldTables(): void {
    this.#candidates = new Map(this.#candidates);
  }

  #wakeForNext(): void {
    let nextMs = Infinity;
    for (const { dueAtMs } of this.#candidates.values()) nextMs = Math.min(nextMs, dueAtMs);
    if (nextMs < Infinity) this.#wakeAt(nextMs);
  }

  #wakeAt(dueAtMs: number): void {
    if (dueAtMs >= this.#timerAtMs || this.#options.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = dueAtMs;
    const waitMs = Math.max(SHORTEST_WAIT_MS, dueAtMs - this.#options.clock.monotonicMs());
    this.#timer = setTimeout(() => {
      this.#timerAtMs = Infinity;
      void this.checkDue();
    }, waitMs);
  }
}
