import type { Database, Statement } from './database.js';

/**
 * What drift is measured against where no reference is configured: taken once, from the first images, and
 * kept.
 */
export class DriftReferences {
  readonly #statements: Record<'find' | 'keep' | 'forget', Statement>;

  constructor(database: Database) {
    this.#statements = {
      find: database.prepare('SELECT reference FROM drift_references WHERE subject = ?'),
      keep: database.prepare(`
        INSERT INTO drift_references (subject, made_at, reference) VALUES (?, ?, ?) ON CONFLICT (subject) DO NOTHING`),
      forget: database.prepare('DELETE FROM drift_references WHERE subject = ?'),
    };
  }

  /** JSON, as it was kept. */
  find(subject: string): string | undefined {
    const row = this.#statements.find.get(subject);
    return row && String(row['reference']);
  }

  /** The next full window is the reference then. Returns whether there was one. */
  forget(subject: string): boolean {
    return this.#statements.forget.run(subject).changes > 0;
  }

  /** The first one stays. */
  keep(subject: string, reference: string): void {
    this.#statements.keep.run(subject, Date.now(), reference);
  }
}
