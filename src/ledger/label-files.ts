import type { SeenFile } from '../watch/intake.js';
import type { Database, Statement } from './database.js';
import type { GivenLabel, LabelOutcome } from './label.js';
import type { Labels } from './labels.js';

/** A label file as it was seen, and what it says. */
export interface ReadLabelFile {
  readonly file: SeenFile;
  readonly given: GivenLabel;
}

/**
 * Which label files were taken over: each one once in every size and modification time, so that an old file beside an
 * image does not overrule, at the next start, who has corrected its label since.
 */
export class LabelFiles {
  readonly #database: Database;
  readonly #labels: Labels;
  readonly #statements: Record<'known' | 'remember', Statement>;

  constructor(database: Database, labels: Labels) {
    this.#database = database;
    this.#labels = labels;
    this.#statements = {
      known: database.prepare('SELECT size, mtime_ms FROM label_files WHERE scanner = ? AND path = ?'),
      remember: database.prepare(`
        INSERT INTO label_files (scanner, path, size, mtime_ms) VALUES (?, ?, ?, ?)
        ON CONFLICT (scanner, path) DO UPDATE SET size = excluded.size, mtime_ms = excluded.mtime_ms`),
    };
  }

  /** Those of `files` that are new or were written again. */
  unknownAmong(scanner: string, files: readonly SeenFile[]): SeenFile[] {
    return files.filter(({ path, size, mtimeMs }) => {
      const row = this.#statements.known.get(scanner, path);
      return row?.['size'] !== size || row['mtime_ms'] !== mtimeMs;
    });
  }

  /** The labels and that their files are known: together or not at all. */
  take(scanner: string, files: readonly ReadLabelFile[]): LabelOutcome[] {
    return this.#database.transaction(() =>
      files.map(({ file: { path, size, mtimeMs }, given }) => {
        this.#statements.remember.run(scanner, path, size, mtimeMs);
        return this.#labels.giveWithin(given);
      }),
    );
  }
}
