import type { ScannerConfig } from '../config/schema.js';
import type { WatchClock } from './clock.js';
import { folderSilent, isFolderLost, rescanLate } from './watch-errors.js';

type RescannedFolder = Pick<ScannerConfig, 'name' | 'folder' | 'rescanIntervalMs'>;

/** A disk that spins up answers sooner; a share that does not answer within this time may never answer. */
const SILENT_AFTER_MS = 30_000;

/**
 * Whether a scanner's images are taken in: what its last rescan came to, and whether its folder still
 * answers. A rescan may take an hour and be well, so that the time since its last step counts, not the time
 * since its beginning.
 */
export class RescanState {
  readonly #scanner: RescannedFolder;
  readonly #clock: WatchClock;
  #failure: unknown;
  #finishedAtMs: number | undefined;
  #rescannedMs: number | undefined;
  /**
   * When the folder was asked something that it has not answered yet, or when it last answered; by what asks.
   */
  readonly #asked = new Map<'rescan' | 'look', number>();

  constructor(scanner: RescannedFolder, clock: WatchClock) {
    this.#scanner = scanner;
    this.#clock = clock;
  }

  /** Why images are not taken in, or not all; undefined while they are. */
  get problem(): unknown {
    const silentMs = this.#silentMs();
    if (silentMs > SILENT_AFTER_MS) return folderSilent(this.#scanner, silentMs);
    const idleMs = this.#idleMs();
    const isLate = idleMs > this.#scanner.rescanIntervalMs + SILENT_AFTER_MS;
    return isLate ? rescanLate(this.#scanner, idleMs) : this.#failure;
  }

  /** The last rescan has found the folder itself to be missing or unreadable. */
  get isFolderLost(): boolean {
    return isFolderLost(this.#failure);
  }

  /** When the last rescan that read the folder to its end was over, in milliseconds since 1970. */
  get finishedAtMs(): number | undefined {
    return this.#finishedAtMs;
  }

  /** Called at the beginning of a rescan or look, and at every step that it makes. */
  moved(what: 'rescan' | 'look'): void {
    this.#asked.set(what, this.#clock.monotonicMs());
  }

  looked(): void {
    this.#asked.delete('look');
  }

  /** @param failure why not all of the folder was read. */
  rescanned(failure: unknown): void {
    this.#asked.delete('rescan');
    this.#rescannedMs = this.#clock.monotonicMs();
    this.#failure = failure;
    if (failure === undefined) this.#finishedAtMs = this.#clock.wallMs();
  }

  /** Since the last rescan, where none runs. */
  #idleMs(): number {
    if (this.#rescannedMs === undefined || this.#asked.has('rescan')) return 0;
    return this.#clock.monotonicMs() - this.#rescannedMs;
  }

  #silentMs(): number {
    const since = Math.min(...this.#asked.values());
    return since === Infinity ? 0 : this.#clock.monotonicMs() - since;
  }
}
