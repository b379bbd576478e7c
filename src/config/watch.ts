import { createHash } from 'node:crypto';
import { readFileSync, watch as watchFolder, type FSWatcher } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export type ChangeReason = 'file' | 'signal';

export interface ConfigWatchOptions {
  /**
   * SHA-256 of the loaded file (`LoadedConfig.sha256`): a change between loading and watching is then not
   * missed.
   */
  readonly sha256?: string;
  /** Time for which a changed file must stay unchanged: editors write in several steps. */
  readonly quietMs?: number;
  /** Interval at which the file is checked without an event: network shares and containers send no events. */
  readonly pollIntervalMs?: number;
}

export interface ConfigWatcher {
  close(): void;
}

/**
 * Calls `onChange` when the bytes of `file` have changed and settled, and at every SIGHUP. Events of the
 * folder are only a hint (editors rename, and Kubernetes swaps a link two folders away); the file's hash
 * decides. A file that is briefly missing, between an editor's two renames, is waited for.
 */
export function watchConfig(
  file: string,
  onChange: (reason: ChangeReason) => void,
  options: ConfigWatchOptions = {},
): ConfigWatcher {
  const watcher = new FileWatcher(resolve(file), onChange, {
    sha256: options.sha256 ?? sha256(readFileSync(file)),
    quietMs: options.quietMs ?? 250,
    pollIntervalMs: options.pollIntervalMs ?? 5000,
  });
  watcher.open();
  return watcher;
}

class FileWatcher implements ConfigWatcher {
  readonly #file: string;
  readonly #onChange: (reason: ChangeReason) => void;
  readonly #options: Required<ConfigWatchOptions>;
  readonly #onSignal = (): void => this.#onChange('signal');
  readonly #closing = new AbortController();
  #folder: FSWatcher | undefined;
  #poll: NodeJS.Timeout | undefined;
  /** Whether an event has arrived since the last comparison of the hash. */
  #isHinted = false;
  #isSettling = false;
  /** Hash of the file at the last call of `onChange`, or of the loaded file. */
  #reported: string;
  /** Empty at first, so that the first check compares the hash in any case. */
  #lastLook = '';

  constructor(file: string, onChange: (reason: ChangeReason) => void, options: Required<ConfigWatchOptions>) {
    this.#file = file;
    this.#onChange = onChange;
    this.#options = options;
    this.#reported = options.sha256;
  }

  open(): void {
    process.on('SIGHUP', this.#onSignal);
    this.#poll = setInterval(() => void this.#lookAgain(), this.#options.pollIntervalMs).unref();
    try {
      this.#folder = watchFolder(dirname(this.#file), { persistent: false }, () => this.#hint());
      // Events are a hint: without them (ENOSPC, EMFILE, a folder that was replaced) the interval continues.
      this.#folder.on('error', () => this.#folder?.close());
    } catch {
      // Events are a hint here, too.
    }
  }

  close(): void {
    this.#closing.abort();
    process.off('SIGHUP', this.#onSignal);
    this.#folder?.close();
    clearInterval(this.#poll);
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  #hint(): void {
    this.#isHinted = true;
    if (!this.#isSettling && !this.#isClosed) void this.#settle();
  }

  /**
   * Compares the hash once the file has been unchanged for a while. It waits for the file, not for its
   * folder: if results are written to the same folder, the folder is never quiet.
   */
  async #settle(): Promise<void> {
    this.#isSettling = true;
    while (this.#isHinted && !this.#isClosed) {
      this.#isHinted = false;
      await this.#compare(await this.#quiet());
    }
    this.#isSettling = false;
  }

  /** Waits until the file is quiet and returns its state. */
  async #quiet(): Promise<string> {
    const { signal } = this.#closing;
    let before: string;
    let look = await lookOf(this.#file);
    do {
      before = look;
      // Closing ends the wait.
      await delay(this.#options.quietMs, undefined, { ref: false, signal }).catch(() => undefined);
      look = await lookOf(this.#file);
    } while (look !== before && !this.#isClosed);
    return look;
  }

  async #lookAgain(): Promise<void> {
    const look = await lookOf(this.#file);
    if (look === this.#lastLook) return;
    this.#lastLook = look;
    this.#hint();
  }

  async #compare(look: string): Promise<void> {
    const current = await hashOf(this.#file);
    if (this.#isClosed || current === undefined || current === this.#reported) return;
    // It is being written again: the bytes that were read may be incomplete.
    if ((await lookOf(this.#file)) !== look) {
      this.#hint();
      return;
    }
    this.#reported = current;
    this.#onChange('file');
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function hashOf(file: string): Promise<string | undefined> {
  try {
    return sha256(await readFile(file));
  } catch {
    return undefined; // Missing or unreadable at the moment: the next check decides.
  }
}

/**
 * State of the file. Links are followed, so that a swapped link is another inode. The modification time alone
 * is not enough: a writer may reset it.
 */
async function lookOf(file: string): Promise<string> {
  try {
    const { ino, size, mtimeMs, ctimeMs } = await stat(file);
    return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch {
    return ''; // The file is missing or unreadable at the moment.
  }
}
