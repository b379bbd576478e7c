/** A file as one look at its folder showed it. */
export interface SeenFile {
  /** Relative to the scanner's folder, with forward slashes. */
  readonly path: string;
  /** Size in bytes. */
  readonly size: number;
  /** Modification time in milliseconds since 1970, as `fs.Stats` gives it. */
  readonly mtimeMs: number;
  /**
   * Change time in milliseconds since 1970, and inode, as `fs.Stats` gives them: what may tell another file
   * from this one although it has the same size and modification time. Missing where no one will look at the
   * file again.
   */
  readonly ctimeMs?: number;
  readonly inode?: number;
}

/** What a watcher asks of the ledger, and tells it. */
export interface Intake {
  /**
   * Returns those of `files` that are new or overwritten: the ledger does not hold them with this size and
   * modification time. Files that it holds with another change time or inode are marked to be hashed again.
   * Called with at most a few hundred files at once, so that a folder of a million costs no memory.
   * @param isChanging an event named each of these files, so that they were just changed.
   */
  unknownAmong<T extends SeenFile>(scanner: string, files: readonly T[], isChanging?: boolean): T[];
  /** The files have settled: queue them, durably, before this returns. */
  enqueue(scanner: string, files: readonly SeenFile[]): void;
}

/**
 * Whether U+FFFD may stand for bytes of the name that are not UTF-8: then it is listed, and not there under
 * its name.
 */
export function isLossyName(path: string): boolean {
  return path.includes('\uFFFD', path.lastIndexOf('/') + 1);
}
