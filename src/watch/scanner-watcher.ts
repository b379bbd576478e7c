import type { ScannerConfig } from '../config/schema.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import { systemClock, type WatchClock } from './clock.js';
import { NewFiles } from './new-files.js';
import { canRead } from './can-read.js';
import { ChokidarHints, type HintSource } from './folder-hints.js';
import { FolderEvents, type FolderEventsOptions } from './folder-events.js';
import type { Intake } from '../files/seen-file.js';
import { CoalescedTask } from './coalesced-task.js';
import { RescanState } from './rescan-state.js';
import type { RescanCounts, RescanSummary } from './rescan-summary.js';
import { UnsettledFiles, type UnsettledFilesOptions } from './unsettled-files.js';
import { emptyTally, type FoundFile, type WalkTally } from '../files/walk.js';
import { within } from '../within.js';
import { isFolderSilent, linksIgnored, rescanFailed, unreadableParts } from './watch-errors.js';

export type { WatchClock } from './clock.js';
export type { HintListener, HintSource } from './folder-hints.js';
export type { RescanSummary } from './rescan-summary.js';

export interface Unsettled {
  readonly count: number;
  /** Age of the oldest unsettled file. A file that never stops growing shows here. */
  readonly oldestMs: number;
  /** Number of files that have waited so long that the log has reported them. */
  readonly overdue: number;
}

export interface WatcherDependencies {
  readonly intake: Intake;
  readonly telemetry: Pick<Telemetry, 'rescanFinished' | 'rescanFailed' | 'folderSuspicious'> &
    FolderEventsOptions['telemetry'] &
    UnsettledFilesOptions['telemetry'];
  readonly clock?: WatchClock;
  /** The source of hints; without it, chokidar with the configured settings. */
  readonly hints?: HintSource;
  /** How many files may wait to settle at once. */
  readonly maxUnsettled?: number;
}

/**
 * An event may be this late before it counts as missed, besides the time in which a file settles or a poll
 * comes.
 */
const GRACE_MS = 2000;
/** A file system that does not answer must not keep other folders from being watched. */
const START_WITHIN_MS = 15_000;
/** A file system that no longer answers must not keep the daemon from stopping. */
const STOP_WITHIN_MS = 2000;

/**
 * Watches the folder of one scanner and tells the ledger of every image that has settled in it: once for each
 * size and modification time that a file settles in.
 *
 * Events are hints that make it fast; reading the whole folder now and then makes it right. Both only ever
 * say "look at this path". What a look finds and the ledger does not know becomes a candidate (see
 * `UnsettledFiles`); so it does not matter whether a file was there before the start, was written, renamed
 * into place or overwritten, nor how often it was named. Nothing is remembered here but the candidates:
 * memory does not grow with the folder.
 */
export class ScannerWatcher {
  readonly #scanner: ScannerConfig;
  readonly #telemetry: WatcherDependencies['telemetry'];
  readonly #clock: WatchClock;
  readonly #stopping = new AbortController();
  readonly #unsettled: UnsettledFiles;
  readonly #newFiles: NewFiles;
  readonly #events: FolderEvents;
  readonly #rescans = new CoalescedTask(() => this.#rescanAndSchedule());
  readonly #waiting = new Set<() => void>();
  readonly #state: RescanState;

  readonly #firstStep = deferred();

  #first: Promise<RescanSummary> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isScanned = false;
  /**
   * A complete reading of the folder that is mounted now has been made; what a later one finds was missed.
   */
  #hasBaseline = false;
  /** Files were seen that there was no room for: read again as soon as there is. */
  #isBehind = false;
  /** Number of links that are not followed and that the log has reported. */
  #toldLinks = 0;
  #isLooking = false;
  /** True once the log has reported that the folder does not answer. */
  #isSilent = false;
  #stopped: Promise<void> | undefined;

  constructor(scanner: ScannerConfig, dependencies: WatcherDependencies) {
    const { intake, telemetry, clock = systemClock, hints, maxUnsettled } = dependencies;
    const { signal } = this.#stopping;
    this.#scanner = scanner;
    this.#telemetry = telemetry;
    this.#clock = clock;
    this.#state = new RescanState(scanner, clock);
    const unsettled = new UnsettledFiles({
      scanner,
      intake,
      telemetry,
      clock,
      signal,
      progressed: () => {
        if (this.#rescans.isRunning) this.#state.moved('rescan');
        this.#progressed();
      },
      ...(maxUnsettled === undefined ? {} : { maxFiles: maxUnsettled }),
    });
    const newFiles = new NewFiles({ scanner, intake, unsettled, signal });
    this.#unsettled = unsettled;
    this.#newFiles = newFiles;
    this.#events = new FolderEvents({
      scanner,
      telemetry,
      newFiles,
      signal,
      source: hints ?? new ChokidarHints(scanner, (folder) => newFiles.filter.isWatchedFolder(folder)),
      take: (file, isChanging) => {
        this.#offer(file, isChanging);
      },
      overflowed: () => {
        this.#isBehind = true;
      },
      idle: () => this.#progressed(),
    });
  }

  /**
   * Resolves when events flow and the first rescan has read something, or has failed; further ones follow in
   * the configured interval. A share that does not answer is not waited for.
   */
  async start(): Promise<void> {
    this.#state.moved('rescan');
    const watching = this.#events.watchFolder();
    this.#first = watching.then(() => this.rescan());
    const begun = Promise.race([this.#first, this.#firstStep.promise]);
    await within(START_WITHIN_MS, begun, { ref: false });
  }

  /** The first rescan, complete or not: the folder may be missing. */
  async whenScanned(): Promise<RescanSummary> {
    if (this.#first === undefined) throw new Error('The watcher has not been started.');
    return this.#first;
  }

  /**
   * Resolves when the first rescan is done and nothing waits to settle, or when the watcher is stopped. It
   * does not wait for overdue files (see `unsettled`), nor for a folder that does not answer (see `problem`).
   */
  whenSettled(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      this.#progressed();
    });
  }

  get unsettled(): Unsettled {
    const { count, oldestMs, overdue } = this.#unsettled;
    return { count, oldestMs, overdue };
  }

  /** Why images in the folder are not taken in, or not all of them; undefined while they are. */
  get problem(): unknown {
    return this.#state.problem;
  }

  /** When the last rescan that read the folder to its end was over, in milliseconds since 1970. */
  get rescannedAtMs(): number | undefined {
    return this.#state.finishedAtMs;
  }

  /**
   * For a timer: reads the folder again at once when it has gone, or is back, since the last rescan. Never
   * rejects; a share that does not answer is asked once at a time.
   */
  async look(): Promise<void> {
    this.#tellSilence();
    if (this.#isLooking || this.#rescans.isRunning || this.#isStopping()) return;
    this.#isLooking = true;
    this.#state.moved('look');
    const isThere = await canRead(this.#scanner.folder);
    this.#state.looked();
    this.#isLooking = false;
    if (isThere === this.#state.isFolderLost && !this.#isStopping()) await this.rescan();
  }

  /** Never two at once: asked while one runs, another follows it, one for all who asked. Never rejects. */
  rescan(): Promise<RescanSummary> {
    return this.#rescans.run();
  }

  /** Once called, the ledger hears nothing more. Idempotent. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    this.#progressed();
    const finished = Promise.all([this.#events.stop(), this.#unsettled.stop(), this.#rescans.idle()]);
    await within(STOP_WITHIN_MS, finished, { ref: false });
  }

  async #rescanAndSchedule(): Promise<RescanSummary> {
    clearTimeout(this.#timer);
    const summary = await this.#rescan();
    this.#isScanned = true;
    // Not unref'd: a started watcher keeps the process alive, even while its folder is unreachable.
    if (!this.#stopping.signal.aborted)
      this.#timer = setTimeout(() => void this.rescan(), this.#scanner.rescanIntervalMs);
    // In a turn of its own, when this rescan no longer counts as running.
    setImmediate(() => this.#progressed());
    return summary;
  }

  async #rescan(): Promise<RescanSummary> {
    const startedMs = this.#clock.monotonicMs();
    this.#state.moved('rescan');
    const tally = emptyTally();
    const counts: RescanCounts = { unknown: 0, missed: 0, deferred: 0 };
    const failure = await this.#readAll(tally, counts);
    const durationMs = this.#clock.monotonicMs() - startedMs;
    const isComplete = failure === undefined && !this.#stopping.signal.aborted;
    const summary = { ...tally, ...counts, isComplete, durationMs };
    this.#state.rescanned(failure ?? unreadableParts(this.#scanner, summary));
    if (isComplete) await this.#report(summary);
    else if (!this.#stopping.signal.aborted)
      this.#telemetry.rescanFailed({ scanner: this.#scanner.name, error: failure });
    return summary;
  }

  /** @returns what kept it from reading all. */
  async #readAll(tally: WalkTally, counts: RescanCounts): Promise<unknown> {
    try {
      if (await this.#events.watchFolder()) this.#hasBaseline = false;
      const canMiss = this.#hasBaseline && !this.#isBehind;
      this.#isBehind = false;
      await this.#newFiles.read('', {
        tally,
        isRecursive: true,
        take: (files) => {
          this.#state.moved('rescan');
          this.#firstStep.resolve();
          for (const file of files) this.#count(file, canMiss, counts);
        },
      });
      return undefined;
    } catch (error) {
      return rescanFailed(this.#scanner, error);
    }
  }

  async #report(summary: RescanSummary): Promise<void> {
    const { name } = this.#scanner;
    const { files, missed, durationMs, unreadable } = summary;
    this.#telemetry.rescanFinished({ scanner: name, files, missed, unreadable, durationMs });
    const failure = unreadableParts(this.#scanner, summary);
    if (failure) this.#telemetry.rescanFailed({ scanner: name, error: failure });
    // Told when it changes: they may be meant to be there, for months.
    if (summary.folderLinks > this.#toldLinks)
      this.#telemetry.folderSuspicious({ scanner: name, error: linksIgnored(this.#scanner, summary) });
    this.#toldLinks = summary.folderLinks;
    // Events were lost: a watched folder was deleted and made again, or watches had run out. Set all of them
    // again. A poll has nothing to lose; it just does not see a file that is overwritten in place.
    if (missed > 0 && this.#scanner.watch === 'native') await this.#events.reopen();
    this.#hasBaseline = true;
  }

  /** A rescan that waits for an answer cannot report that it does. */
  #tellSilence(): void {
    const { problem } = this.#state;
    const isSilent = isFolderSilent(problem);
    if (isSilent && !this.#isSilent)
      this.#telemetry.rescanFailed({ scanner: this.#scanner.name, error: problem });
    this.#isSilent = isSilent;
    if (isSilent) this.#progressed();
  }

  #count(file: FoundFile, canMiss: boolean, counts: RescanCounts): void {
    counts.unknown += 1;
    if (canMiss && this.#wasMissed(file)) counts.missed += 1;
    if (!this.#offer(file, false)) counts.deferred += 1;
  }

  /**
   * Returns false for files that wait to settle or for a look: an event or an earlier rescan has reported
   * them.
   */
  #wasMissed({ path, mtimeMs, ctimeMs }: FoundFile): boolean {
    if (this.#unsettled.has(path) || this.#events.has(path)) return false;
    const { watch, pollIntervalMs, settle } = this.#scanner;
    const graceMs = GRACE_MS + settle.quietMs + (watch === 'polling' ? 2 * pollIntervalMs : 0);
    return this.#clock.wallMs() - Math.max(mtimeMs, ctimeMs) > graceMs;
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  #offer(file: FoundFile, isChanging: boolean): boolean {
    const hasRoom = this.#unsettled.offer(file, { isChanging });
    if (!hasRoom) this.#isBehind = true;
    return hasRoom;
  }

  #progressed(): void {
    const isStopped = this.#stopping.signal.aborted;
    if (!isStopped && this.#isBehind && !this.#rescans.isRunning && this.#unsettled.isRoomy)
      void this.rescan();
    if (!isStopped && !this.#isSettled()) return;
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  #isSettled(): boolean {
    if (this.#isSilent) return true;
    if (!this.#isScanned || this.#rescans.isRunning || this.#isBehind) return false;
    return this.#unsettled.count === this.#unsettled.overdue && this.#events.isIdle;
  }
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
