import { realpath, stat } from 'node:fs/promises';
import { isGone } from '../files/walk.js';

/**
 * Identifies the folder at the scanner's path by its device and inode. A watch is on the folder, not on its
 * path: after another file system is mounted there, or the folder is made again, the old watch reports
 * nothing.
 */
export class FolderIdentity {
  #known: string | undefined;
  #realPath: string | undefined;

  constructor(private readonly folder: string) {}

  /** chokidar does not follow a link, also not if the scanner's folder itself is one. */
  get realPath(): string | undefined {
    return this.#realPath;
  }

  /**
   * Compares the folder with that of the last look. After `missing`, the next folder is always `new`. Never
   * throws.
   */
  async look(): Promise<'same' | 'new' | 'replaced' | 'missing'> {
    const before = this.#known;
    try {
      const { dev, ino } = await stat(this.folder);
      this.#realPath = await realpath(this.folder);
      this.#known = `${dev}:${ino}:${this.#realPath}`;
    } catch (error) {
      // Unreadable is not gone: the walk that follows says what is wrong.
      if (isGone(error)) this.#known = undefined;
      return 'missing';
    }
    if (before === undefined) return 'new';
    return before === this.#known ? 'same' : 'replaced';
  }
}
