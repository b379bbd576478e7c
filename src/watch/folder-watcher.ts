import { opendir } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { FSWatcher, type ChokidarOptions } from 'chokidar';

type Listing = NonNullable<ReturnType<FSWatcher['_readdirp']>>;

/** When a folder may be listed again, and the listing that waits for it. */
interface FolderListing {
  next: Promise<object[]> | undefined;
  notBeforeMs: number;
}

/** One folder is listed for at most a twentieth of the time. */
const PAUSE_FACTOR = 20;

/**
 * A chokidar that watches folders only. Two properties of chokidar 5 do not suit folders of 100,000 files:
 *
 * - It keeps a state and an inotify watch per file. The `ignored` option prevents that.
 * - On every event it lists the whole folder again and calls lstat on every entry. With 20,000 files in the
 *   folder and 45 new ones a second, that was measured to take a whole core. So `_readdirp`, its only method
 *   that lists folders, is replaced: it returns only folders, by the entry types in the directory itself, and
 *   spends at most a twentieth of the time on one folder. New files are found by their events instead.
 *
 * `_readdirp` is in chokidar's types but not in its manual. The version is pinned: without the method,
 * `override` does not compile and test/watch/folder-watcher.test.ts fails.
 */
export class FolderWatcher extends FSWatcher {
  readonly #listings = new Map<string, FolderListing>();

  constructor(
    options: ChokidarOptions,
    private readonly isWatched: (folder: string) => boolean,
  ) {
    super({
      ...options,
      ignored: (_path, stats) => stats !== undefined && !stats.isDirectory(),
      ignoreInitial: true,
      atomic: false,
      followSymlinks: false,
    });
    this.on('unlinkDir', (folder) => this.#listings.delete(folder));
  }

  override _readdirp(folder: string): Listing | undefined {
    if (this.closed) return undefined;
    const listing = this.#listings.get(folder) ?? { next: undefined, notBeforeMs: 0 };
    this.#listings.set(folder, listing);
    const entries = asListing(Readable.from(this.#subfolders(folder, listing), { objectMode: true }));
    this._streams.add(entries);
    entries.once('close', () => this._streams.delete(entries));
    return entries;
  }

  async *#subfolders(folder: string, listing: FolderListing): AsyncGenerator<object, void> {
    // Those who ask before it begins get the same one: chokidar asks again every second while it waits.
    listing.next ??= this.#list(folder, listing);
    yield* await listing.next;
  }

  async #list(folder: string, listing: FolderListing): Promise<object[]> {
    await delay(Math.max(0, listing.notBeforeMs - performance.now()), undefined, { ref: false });
    listing.next = undefined;
    const startMs = performance.now();
    const subfolders: object[] = [];
    try {
      for await (const entry of await opendir(folder, { bufferSize: 512 })) {
        const fullPath = `${folder}/${entry.name}`;
        if (entry.isDirectory() && this.isWatched(fullPath))
          subfolders.push({ path: entry.name, basename: entry.name, fullPath, stats: entry });
      }
    } catch (error) {
      // Not thrown: after a stream's error, chokidar would wait for its end without limit.
      this._handleError(error as Error);
    }
    const endMs = performance.now();
    listing.notBeforeMs = endMs + PAUSE_FACTOR * (endMs - startMs);
    return subfolders;
  }
}

/** chokidar uses what every Readable has, and of an entry `path`, `fullPath` and `stats.isSymbolicLink()`. */
function asListing(entries: unknown): Listing {
  return entries as Listing;
}
