import type { ScannerConfig } from '../config/schema.js';
import { errnoOf } from '../errors.js';
import { emptyTally, isGone, type FoundFile } from '../files/walk.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import type { HintSource } from './folder-hints.js';
import { FolderIdentity } from './folder-identity.js';
import type { NewFiles } from './new-files.js';
import { PathQueue } from './path-queue.js';
import { folderReplaced, rescanFailed } from './watch-errors.js';

export interface FolderEventsOptions {
  readonly scanner: ScannerConfig;
  readonly telemetry: Pick<Telemetry, 'watchFailed' | 'watchRestored' | 'folderSuspicious' | 'rescanFailed'>;
  readonly source: HintSource;
  readonly newFiles: NewFiles;
  readonly signal: AbortSignal;
  /** @param isChanging an event named this very file, so that it was just changed. */
  readonly take: (file: FoundFile, isChanging: boolean) => void;
  /** Hints were lost: only a rescan can make up for it. */
  readonly overflowed: () => void;
  readonly idle: () => void;
}

const PAUSE_MS = 20;

/** Keeps the watch on the scanner's folder, receives its hints and looks into each. */
export class FolderEvents {
  readonly #options: FolderEventsOptions;
  readonly #identity: FolderIdentity;
  readonly #files: PathQueue;
  readonly #folders: PathQueue;

  constructor(options: FolderEventsOptions) {
    const { overflowed, idle } = options;
    this.#options = options;
    this.#identity = new FolderIdentity(options.scanner.folder);
    this.#files = new PathQueue({
      handle: (paths) => this.#look(paths),
      pauseMs: () => PAUSE_MS,
      overflowed,
      idle,
    });
    // A polled folder that a scanner writes to is read again after every poll: for a tenth of the time at
    // most.
    this.#folders = new PathQueue({
      handle: (folders) => this.#read(folders),
      pauseMs: (tookMs) => Math.max(PAUSE_MS, 10 * tookMs),
      overflowed,
      idle,
    });
  }

  get isIdle(): boolean {
    return this.#files.isIdle && this.#folders.isIdle;
  }

  /** A hint for this file waits to be looked into. */
  has(path: string): boolean {
    return this.#files.has(path);
  }

  /**
   * Sets the watch at the first call, and again when the watched folder has been replaced.
   * @returns whether it is another folder than at the last call.
   */
  async watchFolder(): Promise<boolean> {
    const { scanner, telemetry } = this.#options;
    const found = await this.#identity.look();
    if (found === 'same' || found === 'missing') return false;
    if (found === 'replaced')
      telemetry.folderSuspicious({ scanner: scanner.name, error: folderReplaced(scanner) });
    await this.reopen();
    return true;
  }

  async reopen(): Promise<void> {
    const { scanner, telemetry, source } = this.#options;
    const { realPath } = this.#identity;
    if (realPath === undefined || this.#isStopped()) return;
    const failures: unknown[] = [];
    const failed = (error: unknown): void => {
      // A folder that may not be read is the rescan's to report, and to notice when it may be.
      if (isForbidden(error)) return;
      failures.push(error);
      telemetry.watchFailed({ scanner: scanner.name, error });
    };
    await source
      .open(realPath, {
        file: (path) => {
          this.#files.add(path);
        },
        folder: (path) => {
          this.#folders.add(path);
        },
        failed,
      })
      .catch(failed);
    if (failures.length === 0) telemetry.watchRestored({ scanner: scanner.name });
    // Stopped while it was being opened.
    if (this.#isStopped()) await source.close();
  }

  async stop(): Promise<void> {
    this.#files.stop();
    this.#folders.stop();
    await this.#options.source.close();
  }

  #isStopped(): boolean {
    return this.#options.signal.aborted;
  }

  async #look(paths: readonly string[]): Promise<void> {
    const { newFiles, take } = this.#options;
    await this.#reporting(() =>
      newFiles.look(paths, (files) => {
        for (const file of files) take(file, true);
      }),
    );
  }

  async #read(folders: readonly string[]): Promise<void> {
    const { newFiles, take } = this.#options;
    for (const folder of folders) {
      if (this.#isStopped() || (folder !== '' && !newFiles.filter.isWatchedFolder(folder))) continue;
      await this.#reporting(() =>
        newFiles.read(folder, {
          tally: emptyTally(),
          isRecursive: false,
          take: (files) => {
            for (const file of files) take(file, false);
          },
        }),
      );
    }
  }

  /**
   * The folder has gone, or the ledger refused: the hint is spent, and the next rescan finds the files again.
   */
  async #reporting(work: () => Promise<void>): Promise<void> {
    const { scanner, telemetry } = this.#options;
    try {
      await work();
    } catch (error) {
      if (!this.#isStopped() && !isGone(error))
        telemetry.rescanFailed({ scanner: scanner.name, error: rescanFailed(scanner, error) });
    }
  }
}

function isForbidden(error: unknown): boolean {
  return ['EACCES', 'EPERM'].includes(errnoOf(error) ?? '');
}
