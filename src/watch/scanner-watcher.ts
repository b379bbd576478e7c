import type { ScannerConfig } from '../config/schema.js';
import { SmearwatchError } from '../errors.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import { systemClock, type Clock } from './clock.js';
import { createFileFilter, type FileFilter } from './file-patterns.js';
import { ChokidarHints, type HintSource } from './folder-hints.js';
import { FolderIdentity } from './folder-identity.js';
import { HintQueue } from './hint-queue.js';
import type { Intake } from './intake.js';
import { forEachLimited } from './limited.js';
import { emptyTally, isGone, lookAt, walkImages, type FoundFile, type WalkTally } from './walk.js';
import { Settling } from './settling.js';

/** What one reading of the whole folder found. */
export interface RescanSummary extends Readonly<WalkTally> {
  /** False when the folder, or the ledger, could not be read to the end. */
  readonly isComplete: boolean;
  /** Files that the ledger did not hold as they are. */
  readonly unknown: number;
  /** Of these, files that had been there for a while without any event. Not counted in the first rescan. */
  readonly missed: number;
  /** Of these, files that had no room among the unsettled; they are found again by a rescan that follows by itself. */
  readonly deferred: number;
  readonly durationMs: number;
}

export interface Unsettled {
  readonly count: number;
  /** How long the oldest has been waiting. One that grows for ever shows here. */
  readonly oldestMs: number;
}

interface Dependencies {
  readonly intake: Intake;
  readonly telemetry: Telemetry;
  readonly clock?: Clock;
  readonly hints?: HintSource;
  readonly maxUnsettled?: number;
}

const LOOKS_AT_ONCE = 16;
const FILE_HINTS_PAUSE_MS = 20;
/** An event may be this late before it counts as missed, besides the time in which a file settles or a poll comes. */
const GRACE_MS = 2000;
/** A file system that no longer answers must not keep the daemon from stopping. */
const STOP_WITHIN_MS = 2000;

/**
 * Watches the folder of one scanner and tells the ledger of every image that has settled in it: once for each size and
 * modification time that a file settles in.
 *
 * Events are hints that make it fast; reading the whole folder now and then makes it right. Both only ever say "look
 * at this path". What a look finds and the ledger does not know becomes a candidate (see `Settling`); so it does not
 * matter whether a file was there before the start, was written, renamed into place or overwritten, nor how often it
 * was announced. Nothing is remembered here but the candidates: memory does not grow with the folder.
 */
export class ScannerWatcher {
  readonly #scanner: ScannerConfig;
  readonly #intake: Intake;
  readonly #telemetry: Telemetry;
  readonly #clock: Clock;
  readonly #hints: HintSource;
  readonly #filter: FileFilter;
  readonly #stopping = new AbortController();
  readonly #settling: Settling;
  readonly #identity: FolderIdentity;
  readonly #hintedFiles: HintQueue;
  readonly #hintedFolders: HintQueue;
  readonly #waitingForSettled = new Set<() => void>();
  readonly #firstScan = Promise.withResolvers<RescanSummary>();

  #running: Promise<RescanSummary> | undefined;
  #next: Promise<RescanSummary> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #scanStartedMs: number | undefined;
  #last: RescanSummary | undefined;
  /** A complete reading of the folder as it is mounted now has been made; what a later one finds was missed. */
  #hasBaseline = false;
  #stopped: Promise<void> | undefined;

  constructor(
    scanner: ScannerConfig,
    { intake, telemetry, clock = systemClock, hints, maxUnsettled }: Dependencies,
  ) {
    this.#scanner = scanner;
    this.#intake = intake;
    this.#telemetry = telemetry;
    this.#clock = clock;
    const filter = createFileFilter(scanner);
    this.#filter = filter;
    this.#hints = hints ?? new ChokidarHints(scanner, (folder) => filter.isWatchedFolder(folder));
    this.#identity = new FolderIdentity(scanner.folder);
    this.#settling = new Settling({
      ...{ scanner, intake, telemetry, clock, signal: this.#stopping.signal },
      progressed: () => this.#progressed(),
      ...(maxUnsettled === undefined ? {} : { maxFiles: maxUnsettled }),
    });
    const queue = { overflowed: () => this.#rescanSoon(), idle: () => this.#progressed() };
    this.#hintedFiles = new HintQueue({
      ...queue,
      handle: (paths) => this.#lookAtHinted(paths),
      pauseMs: () => FILE_HINTS_PAUSE_MS,
    });
    // A polled folder that a scanner writes to is read again at every poll: a tenth of the time at most.
    this.#hintedFolders = new HintQueue({
      ...queue,
      handle: (folders) => this.#readHinted(folders),
      pauseMs: (tookMs) => Math.max(FILE_HINTS_PAUSE_MS, 10 * tookMs),
    });
  }

  /** Resolves when events flow. The first rescan begins then, and further ones follow in the configured interval. */
  async start(): Promise<void> {
    await this.#watchFolder();
    if (this.#stopping.signal.aborted) return;
    void this.rescan().then(this.#firstScan.resolve);
  }

  /** The first rescan, complete or not (the folder may be missing). */
  get firstScan(): Promise<RescanSummary> {
    return this.#firstScan.promise;
  }

  get unsettled(): Unsettled {
    return { count: this.#settling.count, oldestMs: this.#settling.oldestMs };
  }

  /** How long the present rescan has been running, 0 between rescans: what hangs on a dead share shows here. */
  get scanningForMs(): number {
    return this.#scanStartedMs === undefined ? 0 : this.#clock.monotonicMs() - this.#scanStartedMs;
  }

  /** Never two at once: asked while one runs, another follows it, one for all who asked. Never rejects. */
  rescan(): Promise<RescanSummary> {
    if (this.#running === undefined) return this.#begin();
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.#begin();
    });
    return this.#next;
  }

  /**
   * The first rescan is done and nothing waits to settle. Resolves also when the watcher is stopped. A file that grows
   * for ever keeps it from resolving: see `unsettled`.
   */
  whenSettled(): Promise<void> {
    return new Promise((resolve) => {
      this.#waitingForSettled.add(resolve);
      this.#progressed();
    });
  }

  /** Nothing is told to the ledger after this has been called. Idempotent. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    this.#hintedFiles.stop();
    this.#hintedFolders.stop();
    this.#progressed();
    const finished = Promise.all([this.#hints.close(), this.#settling.stop(), this.#next ?? this.#running]);
    await withinMs(finished, STOP_WITHIN_MS);
    this.#firstScan.resolve(summaryOf(emptyTally(), { isComplete: false }));
  }

  // Rescans

  #begin(): Promise<RescanSummary> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running = this.#rescan().finally(() => {
      this.#running = undefined;
      this.#scheduleRescan(this.#scanner.rescanIntervalMs);
      this.#progressed();
    });
    return this.#running;
  }

  #scheduleRescan(afterMs: number): void {
    if (this.#stopping.signal.aborted) return;
    clearTimeout(this.#timer);
    // Not unref'd: a started watcher keeps the process alive, also while its folder is away.
    this.#timer = setTimeout(() => void this.rescan(), afterMs);
  }

  #rescanSoon(): void {
    if (this.#running === undefined) this.#scheduleRescan(0);
    else void this.rescan();
  }

  async #rescan(): Promise<RescanSummary> {
    const startMs = this.#clock.monotonicMs();
    this.#scanStartedMs = startMs;
    const tally = emptyTally();
    const counts = { unknown: 0, missed: 0, deferred: 0 };
    try {
      await this.#watchFolder();
      await this.#read('', tally, (files) => this.#offerFound(files, counts));
    } catch (error) {
      return this.#rescanFailed(error, { ...tally, ...counts });
    } finally {
      this.#scanStartedMs = undefined;
    }
    const isComplete = !this.#stopping.signal.aborted;
    const durationMs = this.#clock.monotonicMs() - startMs;
    return this.#rescanFinished(summaryOf(tally, { ...counts, isComplete, durationMs }));
  }

  async #rescanFinished(summary: RescanSummary): Promise<RescanSummary> {
    this.#last = summary;
    if (!summary.isComplete) return summary;
    const { name } = this.#scanner;
    const { files, missed, durationMs } = summary;
    this.#telemetry.rescanFinished({ scanner: name, files, missed, durationMs });
    if (summary.unreadable > 0)
      this.#telemetry.watchFailed({ scanner: name, error: unreadable(this.#scanner, summary) });
    // Events were lost: a folder was replaced under its watch, or watches had run out. Set all of them anew.
    if (missed > 0) await this.#openHints();
    this.#hasBaseline = true;
    return summary;
  }

  #rescanFailed(error: unknown, counts: Partial<RescanSummary>): RescanSummary {
    if (!this.#stopping.signal.aborted)
      this.#telemetry.watchFailed({
        scanner: this.#scanner.name,
        error: isGone(error) ? missing(this.#scanner, error) : error,
      });
    this.#last = summaryOf(emptyTally(), { ...counts, isComplete: false });
    return this.#last;
  }

  async #read(folder: string, tally: WalkTally, take: (files: FoundFile[]) => void): Promise<void> {
    const options = { filter: this.#filter, signal: this.#stopping.signal, tally, isRecursive: folder === '' };
    for await (const files of walkImages(this.#scanner.folder, folder, options)) {
      if (this.#stopping.signal.aborted) return;
      take(files);
      await this.#settling.checkDue();
    }
  }

  #offerFound(
    files: readonly FoundFile[],
    counts: { unknown: number; missed: number; deferred: number },
  ): void {
    for (const file of this.#unknownAmong(files)) {
      counts.unknown += 1;
      if (this.#wasMissed(file)) counts.missed += 1;
      if (!this.#settling.offer(file, { isHinted: false })) counts.deferred += 1;
    }
  }

  /** Waiting to settle or to be looked at means that an event, or an earlier rescan, did tell. */
  #wasMissed(file: FoundFile): boolean {
    const { watch, pollIntervalMs, settle } = this.#scanner;
    if (!this.#hasBaseline || (this.#last?.deferred ?? 0) > 0) return false;
    if (this.#settling.has(file.path) || this.#hintedFiles.has(file.path)) return false;
    const graceMs = GRACE_MS + settle.quietMs + (watch === 'polling' ? 2 * pollIntervalMs : 0);
    return this.#clock.wallMs() - Math.max(file.mtimeMs, file.ctimeMs) > graceMs;
  }

  /** Those that are candidates already need not be asked about; they must be looked at again all the same. */
  #unknownAmong(files: readonly FoundFile[]): FoundFile[] {
    const waiting = files.filter((file) => this.#settling.has(file.path));
    const others = waiting.length === 0 ? files : files.filter((file) => !this.#settling.has(file.path));
    if (others.length === 0) return waiting;
    const found = new Map(others.map((file) => [file.path, file]));
    const seen = others.map(({ path, size, mtimeMs }) => ({ path, size, mtimeMs }));
    const unknown = this.#intake.unknownAmong(this.#scanner.name, seen);
    return [...waiting, ...unknown.flatMap(({ path }) => found.get(path) ?? [])];
  }

  // Hints

  /** Sets the watch when there is none, or when another folder has taken the place of the one that is watched. */
  async #watchFolder(): Promise<void> {
    const change = await this.#identity.look();
    if (change === 'same' || change === 'missing' || this.#stopping.signal.aborted) return;
    if (change === 'replaced') {
      this.#hasBaseline = false;
      this.#telemetry.watchFailed({ scanner: this.#scanner.name, error: replaced(this.#scanner) });
    }
    await this.#openHints();
  }

  async #openHints(): Promise<void> {
    const { realPath } = this.#identity;
    if (realPath === undefined || this.#stopping.signal.aborted) return;
    await this.#hints.open(realPath, {
      file: (path) => {
        // A folder may have any name: a look tells.
        this.#hintedFiles.add(path);
      },
      folder: (path) => this.#hintedFolders.add(path),
      failed: (error) => {
        this.#telemetry.watchFailed({ scanner: this.#scanner.name, error });
      },
    });
    if (this.#stopping.signal.aborted) await this.#hints.close();
  }

  async #lookAtHinted(paths: readonly string[]): Promise<void> {
    const images = paths.filter((path) => this.#filter.isImage(path));
    for (let from = 0; from < images.length; from += 256) {
      const found: FoundFile[] = [];
      await forEachLimited(images.slice(from, from + 256), LOOKS_AT_ONCE, async (path) => {
        const file = await lookAt(this.#scanner.folder, path).catch(() => undefined);
        if (file !== undefined) found.push(file);
      });
      this.#offerHinted(found, true);
    }
  }

  async #readHinted(folders: readonly string[]): Promise<void> {
    for (const folder of folders) {
      if (folder !== '' && !this.#filter.isWatchedFolder(folder)) continue;
      try {
        await this.#read(folder, emptyTally(), (files) => this.#offerHinted(files, false));
      } catch {
        // Gone again, or unreadable: the next rescan says so.
      }
    }
  }

  #offerHinted(files: readonly FoundFile[], isHinted: boolean): void {
    if (this.#stopping.signal.aborted) return;
    try {
      for (const file of this.#unknownAmong(files)) {
        if (!this.#settling.offer(file, { isHinted })) this.#rescanSoon();
      }
    } catch (error) {
      // The ledger refused; the hint is spent, and the next rescan finds the files again.
      this.#telemetry.watchFailed({ scanner: this.#scanner.name, error });
    }
  }

  // Waiting

  #progressed(): void {
    const isStopped = this.#stopping.signal.aborted;
    if (!isStopped && !this.#isSettled()) return;
    for (const resolve of this.#waitingForSettled) resolve();
    this.#waitingForSettled.clear();
  }

  #isSettled(): boolean {
    if (this.#last === undefined || this.#running !== undefined) return false;
    if (this.#settling.count > 0 || !this.#hintedFiles.isIdle || !this.#hintedFolders.isIdle) return false;
    return this.#last.deferred === 0;
  }
}
