/** What the watcher knows of a file, and what it needs of the ledger. */

export interface SeenFile {
  /** Relative to the scanner's folder, with forward slashes. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Modification time in milliseconds since 1970, as `fs.Stats` gives it. */
  readonly mtimeMs: number;
}

export interface Intake {
  /**
   * Those of `files` that the ledger does not hold in this size and modification time: never seen, or overwritten.
   * Called with at most a few hundred files at once, so that a folder of a million costs no memory.
   */
  unknownAmong(scanner: string, files: readonly SeenFile[]): SeenFile[];
  /** The files have settled: queue them, durably, before this returns. */
  enqueue(scanner: string, files: readonly SeenFile[]): void;
}

/** Whether U+FFFD may stand for bytes of the name that are not UTF-8: then it is listed, and not there under its name. */
export function isLossyName(path: string): boolean {
  return path.includes('\uFFFD', path.lastIndexOf('/') + 1);
}
