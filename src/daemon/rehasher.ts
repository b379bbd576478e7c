import type { Config } from '../config/schema.js';
import { hasCode, isFolderAway } from '../errors.js';
import type { DoubtfulFile, Rehashes } from '../ledger/ledger.js';
import type { FileHasher } from '../pool/file-hasher.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import { within } from '../within.js';

export interface RehasherParts {
  readonly rehashes: Pick<Rehashes, 'next' | 'hashed' | 'forget' | 'postpone'>;
  readonly hasher: Pick<FileHasher, 'hash' | 'close'>;
  readonly config: () => Config;
  readonly telemetry: Pick<Telemetry, 'fileRehashed' | 'ledgerWriteFailed'>;
  /** True while images are being classified. */
  readonly isBusy: () => boolean;
  readonly pauses: { readonly isPaused: boolean; readonly pausedScanners: readonly string[] };
  /** Called when a scanner's folder is missing or does not answer. */
  readonly onUnreachable: (scanner: string) => void;
  readonly onQueued: () => void;
}

/** How often the ledger is asked while no file waits to be hashed, and the pause after a failed write. */
const IDLE_MS = 1000;
const AFTER_FAILURE_MS = 5000;
/**
 * Pause after each file while images are classified. Otherwise 20 files a second are hashed, in a tenth of
 * the time.
 */
const BUSY_PAUSE_MS = 1000;
const SHORTEST_PAUSE_MS = 50;
const PAUSE_FACTOR = 9;
/** A share that no longer answers must not keep the daemon from stopping. */
const STOP_WITHIN_MS = 2000;
const READ_WITHIN_MS = 30_000;
const POSTPONED_MS = 60_000;
/** Interval between attempts to read a file that cannot be read, for example for lack of a permission. */
const UNREADABLE_MS = 3_600_000;

/**
 * Hashes files again that may have been replaced by another file of the same size and modification time. It
 * works on one file at a time and slowly, behind live images: a remount, a restore or a change of permissions
 * marks all files at once, and nearly all of them are unchanged.
 */
export class Rehasher {
  readonly #parts: RehasherParts;
  readonly #stopping = new AbortController();
  /** Callbacks of `hurry`, called when no file waits any more. */
  readonly #drained = new Set<() => void>();
  #wake: () => void = () => undefined;
  #lastAtMs = -Infinity;
  #queued = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: RehasherParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running = this.#run();
  }

  /**
   * Hashes the waiting files without pauses. Resolves with the number of files queued since, once no file
   * waits.
   */
  async hurry(): Promise<number> {
    const before = this.#queued;
    const drained = new Promise<void>((resolve) => this.#drained.add(resolve));
    this.#wake();
    await drained;
    return this.#queued - before;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    this.#tellDrained();
    const closed = this.#parts.hasher.close().then(() => this.#running);
    await within(STOP_WITHIN_MS, closed, { ref: false });
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const pauseMs = await this.#step().catch((error: unknown) => {
        if (!signal.aborted) this.#parts.telemetry.ledgerWriteFailed({ error });
        return AFTER_FAILURE_MS;
      });
      await this.#pause(pauseMs);
    }
  }

  /** Hashes the next file. Returns how long to pause then. */
  async #step(): Promise<number> {
    const isHurried = this.#drained.size > 0;
    const { isBusy, pauses, rehashes } = this.#parts;
    if (!isHurried && isBusy() && performance.now() - this.#lastAtMs < BUSY_PAUSE_MS)
      return SHORTEST_PAUSE_MS;
    const file = pauses.isPaused ? undefined : rehashes.next(this.#scanners(), isHurried ? IDLE_MS : 0);
    if (file === undefined) {
      this.#tellDrained();
      return IDLE_MS;
    }
    if (file.dueInMs > 0) return file.dueInMs;
    const startMs = performance.now();
    await this.#hash(file);
    this.#lastAtMs = performance.now();
    return isHurried ? 0 : Math.max(SHORTEST_PAUSE_MS, PAUSE_FACTOR * (this.#lastAtMs - startMs));
  }

  async #hash(file: DoubtfulFile): Promise<void> {
    const { hasher, rehashes, config, telemetry, onQueued } = this.#parts;
    const { scanner, path, size, mtimeMs } = file;
    const folder = config().scanners.find(({ name }) => name === scanner)?.folder ?? '';
    const limits = { maxBytes: config().pipeline.maxFileBytes, readWithinMs: READ_WITHIN_MS };
    let isAnother: boolean;
    try {
      const { sha256, ...trace } = await hasher.hash({ folder, file: { path, size, mtimeMs }, limits });
      isAnother = rehashes.hashed(file, sha256, trace);
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#failed(file, error);
      return;
    }
    telemetry.fileRehashed({ scanner, path, outcome: isAnother ? 'changed' : 'same' });
    if (!isAnother) return;
    this.#queued += 1;
    onQueued();
  }

  #failed(file: DoubtfulFile, error: unknown): void {
    const { rehashes, telemetry, onUnreachable } = this.#parts;
    // The file is being written or is gone: the watcher handles it.
    if (hasCode(error, 'file-changed') || hasCode(error, 'file-vanished')) {
      rehashes.forget(file);
      return;
    }
    telemetry.fileRehashed({ scanner: file.scanner, path: file.path, outcome: 'unreadable' });
    const isAway = isFolderAway(error);
    rehashes.postpone(file, isAway ? POSTPONED_MS : UNREADABLE_MS);
    if (isAway) onUnreachable(file.scanner);
  }

  #scanners(): string[] {
    const { config, pauses } = this.#parts;
    return config()
      .scanners.map(({ name }) => name)
      .filter((name) => !pauses.pausedScanners.includes(name));
  }

  #tellDrained(): void {
    for (const resolve of this.#drained) resolve();
    this.#drained.clear();
  }

  #pause(pauseMs: number): Promise<void> {
    if (this.#stopping.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, pauseMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
