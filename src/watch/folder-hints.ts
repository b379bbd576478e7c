import path from 'node:path';
import type { ScannerConfig } from '../config/schema.js';
import { errnoOf } from '../errors.js';
import { isTooLong } from '../files/walk.js';
import { within } from '../within.js';
import { FolderWatcher } from './folder-watcher.js';

/**
 * Receives hints. Paths are relative to the scanner's folder, with forward slashes; '' is the folder itself.
 */
export interface HintListener {
  /** Something happened to this file, or folder, or former file. */
  file(path: string): void;
  /** Something happened in this folder. */
  folder(path: string): void;
  failed(error: unknown): void;
}

/** A source of hints. It may miss anything: the rescan is the truth. */
export interface HintSource {
  /** Replaces the watch that was open. Resolves when events are expected to arrive; never rejects. */
  open(folder: string, listener: HintListener): Promise<void>;
  close(): Promise<void>;
}

/**
 * A new folder is announced before it is watched: what is written in between gives no event, so it is read
 * twice, the second time when the watch has surely been set.
 */
const SECOND_LOOK_MS = 1000;
/**
 * The first rescan starts after this time at the latest, even if watches are still being set in a large tree.
 */
const READY_WITHIN_MS = 10_000;

/**
 * Hints from chokidar: the operating system's events of each folder, or polling of each folder's own times.
 */
export class ChokidarHints implements HintSource {
  #watcher: FolderWatcher | undefined;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly scanner: Pick<ScannerConfig, 'watch' | 'pollIntervalMs'>,
    private readonly isWatchedFolder: (path: string) => boolean,
  ) {}

  async open(folder: string, listener: HintListener): Promise<void> {
    await this.close();
    const relative = (file: string): string => path.relative(folder, file).replaceAll(path.sep, '/');
    const watcher = new FolderWatcher(
      {
        usePolling: this.scanner.watch === 'polling',
        interval: this.scanner.pollIntervalMs,
        binaryInterval: this.scanner.pollIntervalMs,
      },
      (subfolder) => this.isWatchedFolder(relative(subfolder)),
    );
    this.#watcher = watcher;
    watcher.on('raw', (_event: unknown, name: unknown, details: unknown) =>
      reportRaw(watcher, { name, details, relative, listener }),
    );
    watcher.on('addDir', (subfolder) => {
      listener.folder(relative(subfolder));
      this.#later(() => listener.folder(relative(subfolder)));
    });
    watcher.on('error', oncePerCode(listener));
    const ready = new Promise<void>((resolve) => watcher.once('ready', resolve));
    watcher.add(folder);
    await within(READY_WITHIN_MS, ready);
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    const watcher = this.#watcher;
    this.#watcher = undefined;
    await watcher?.close();
  }

  #later(work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, SECOND_LOOK_MS);
    this.#timers.add(timer.unref());
  }
}

/**
 * The system's own event: from fs.watch the name in the watched folder (rarely none), from fs.watchFile only
 * the folder.
 */
function reportRaw(
  watcher: FolderWatcher,
  event: {
    name: unknown;
    details: unknown;
    relative: (file: string) => string;
    listener: HintListener;
  },
): void {
  const { name, relative, listener } = event;
  if (watcher.options.usePolling) {
    if (typeof name === 'string') report(relative(name), listener.folder.bind(listener));
    return;
  }
  const folder = watchedPathOf(event.details);
  if (folder === undefined) return;
  if (typeof name === 'string') report(relative(path.join(folder, name)), listener.file.bind(listener));
  else report(relative(folder), listener.folder.bind(listener));
}

function report(file: string, tell: (file: string) => void): void {
  if (file !== '..' && !file.startsWith('../')) tell(file);
}

function watchedPathOf(details: unknown): string | undefined {
  if (typeof details !== 'object' || details === null || !('watchedPath' in details)) return undefined;
  return typeof details.watchedPath === 'string' ? details.watchedPath : undefined;
}

/** Reports each error code once: without watches left (ENOSPC), every folder fails with the same error. */
function oncePerCode(listener: HintListener): (error: unknown) => void {
  const reported = new Set<string | undefined>();
  return (error) => {
    const code = errnoOf(error);
    // A rescan queues a path that is too long, and it is quarantined with the reason.
    if (reported.has(code) || isTooLong(error)) return;
    reported.add(code);
    listener.failed(error);
  };
}
