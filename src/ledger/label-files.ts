import type { SeenFile } from '../files/seen-file.js';
import type { Database, Row, Statement } from './database.js';
import type { GivenLabel, LabelOutcome } from './label.js';
import type { Labels } from './labels.js';

/** A label file as it was seen, and what it says. */
export interface ReadLabelFile {
  readonly file: SeenFile;
  /** SHA-256 of its bytes. */
  readonly sha256: string;
  readonly given: GivenLabel;
}

/**
 * The label files that were applied: each one once in every version, so that an old file beside an image does
 * not overrule, at the next start, a person who has corrected its label since. Size and modification time
 * make a version; another change time only has the file read again, and other bytes are another version.
 */
export class LabelFiles {
  readonly #database: Database;
  readonly #labels: Labels;
  readonly #statements: Record<'known' | 'remember', Statement>;

  constructor(database: Database, labels: Labels) {
    this.#database = database;
    this.#labels = labels;
    this.#statements = {
      known: database.prepare(
        'SELECT size, mtime_ms, ctime_ms, sha256 FROM label_files WHERE scanner = ? AND path = ?',
      ),
      remember: database.prepare(`
        INSERT INTO label_files (scanner, path, size, mtime_ms, ctime_ms, sha256) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (scanner, path) DO UPDATE SET size = excluded.size, mtime_ms = excluded.mtime_ms,
          ctime_ms = excluded.ctime_ms, sha256 = excluded.sha256`),
    };
  }

  /** Returns those of `files` that are new or may have been written again. */
  unknownAmong(scanner: string, files: readonly SeenFile[]): SeenFile[] {
    return files.filter((file) => {
      const row = this.#statements.known.get(scanner, file.path);
      return !hasSameTime(row, file) || row['ctime_ms'] !== (file.ctimeMs ?? null);
    });
  }

  /**
   * Records the labels and the versions of their files in one transaction. @returns the outcome of each file;
   * undefined for a version that was applied before.
   */
  take(scanner: string, files: readonly ReadLabelFile[]): (LabelOutcome | undefined)[] {
    return this.#database.transaction(() =>
      files.map(({ file, sha256, given }) => {
        const { path, size, mtimeMs, ctimeMs = null } = file;
        const row = this.#statements.known.get(scanner, path);
        this.#statements.remember.run(scanner, path, size, mtimeMs, ctimeMs, sha256);
        const isApplied = hasSameTime(row, file) && row['sha256'] === sha256;
        return isApplied ? undefined : this.#labels.giveWithin(given);
      }),
    );
  }
}

function hasSameTime(row: Row | undefined, { size, mtimeMs }: SeenFile): row is Row {
  return row?.['size'] === size && row['mtime_ms'] === mtimeMs;
}
