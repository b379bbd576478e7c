import { lstat, opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config, ScannerConfig } from '../config/schema.js';
import { fileCodeOf } from '../errors.js';
import type { OldFile, Pruning } from '../ledger/pruning.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import { DocumentRetention } from './document-retention.js';

export interface RetentionParts {
  readonly pruning: Pruning;
  readonly config: () => Config;
  readonly telemetry: Pick<
    Telemetry,
    'ledgerPruned' | 'ledgerWriteFailed' | 'documentsPruned' | 'documentPruningFailed'
  >;
  readonly now?: () => number;
}

const DAY_MS = 86_400_000;
/** Pause after a walk through the whole ledger. */
const REST_MS = 3_600_000;
/** Rows per transaction. One takes a few milliseconds, in which nothing else is written. */
const FILES_AT_ONCE = 100;

/**
 * The walks, in this order: files name their documents, and a result can be removed once its files are gone.
 */
type RetentionWalk = 'documents' | 'files' | 'results';
const NEXT: Readonly<Record<RetentionWalk, RetentionWalk>> = {
  documents: 'files',
  files: 'results',
  results: 'documents',
};

/**
 * Removes documents older than `retention.jsonDays` from the results' folders and rows older than
 * `retention.ledgerDays` from the ledger, a few hundred rows a step.
 *
 * A file that is still in its scanner's folder keeps its row at any age: without it, the next rescan would
 * treat the file as new. So each file is looked for. All files of a share that is not mounted seem to be
 * gone; therefore a folder that is missing, is empty or was replaced a moment ago proves nothing.
 */
export class Retention {
  readonly #parts: RetentionParts;
  readonly #documents: DocumentRetention;
  #walk: RetentionWalk = 'documents';
  /** Time limit that all walks share: rows that become too old during a walk are left to the next one. */
  #walkingSince: number | undefined;
  #after = 0;
  #restUntil = 0;
  #removed = { files: 0, results: 0 };
  #step: Promise<void> = Promise.resolve();
  #isBusy = false;
  #isStopped = false;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
    this.#documents = new DocumentRetention({ ...parts, isStopped: () => this.#isStopped });
  }

  /** Handles the next few rows; a timer calls it. Never rejects. */
  step(): Promise<void> {
    if (this.#isBusy || this.#isStopped) return this.#step;
    this.#isBusy = true;
    this.#step = this.#next()
      .catch((error: unknown) => this.#parts.telemetry.ledgerWriteFailed({ error }))
      .finally(() => (this.#isBusy = false));
    return this.#step;
  }

  /** Resolves once no removal is in progress. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#step;
  }

  async #next(): Promise<void> {
    const now = this.#parts.now?.() ?? Date.now();
    const { ledgerDays, jsonDays } = this.#parts.config().retention;
    if ((ledgerDays === undefined && jsonDays === undefined) || now < this.#restUntil) return;
    const next = await this.#goOn((this.#walkingSince ??= now));
    this.#after = next ?? 0;
    if (next === undefined) this.#endWalk(now);
  }

  async #goOn(now: number): Promise<number | undefined> {
    const { ledgerDays, jsonDays } = this.#parts.config().retention;
    if (this.#walk === 'documents')
      return jsonDays === undefined ? undefined : this.#documents.step(this.#after, now - jsonDays * DAY_MS);
    if (ledgerDays === undefined) return undefined;
    const beforeMs = now - ledgerDays * DAY_MS;
    if (this.#walk === 'results') return this.#pruneResults(beforeMs);
    return this.#pruneFiles(
      jsonDays === undefined ? beforeMs : Math.min(beforeMs, this.#documents.goneBeforeMs),
    );
  }

  async #pruneFiles(beforeMs: number): Promise<number | undefined> {
    const { found, next } = this.#parts.pruning.oldFiles(this.#after, beforeMs);
    const gone = await this.#goneAmong(found);
    for (let start = 0; start < gone.length && !this.#isStopped; start += FILES_AT_ONCE) {
      this.#removed.files += this.#parts.pruning.removeFiles(gone.slice(start, start + FILES_AT_ONCE));
      await new Promise((resolve) => setImmediate(resolve));
    }
    return next;
  }

  #pruneResults(beforeMs: number): number | undefined {
    const { found, next } = this.#parts.pruning.removeResults(this.#after, beforeMs);
    this.#removed.results += found;
    return next;
  }

  #endWalk(now: number): void {
    this.#walk = NEXT[this.#walk];
    if (this.#walk !== 'documents') return;
    const removed = this.#removed;
    if (removed.files + removed.results > 0) this.#parts.telemetry.ledgerPruned(removed);
    this.#removed = { files: 0, results: 0 };
    this.#walkingSince = undefined;
    this.#restUntil = now + REST_MS;
  }

  /**
   * The files that no longer exist. Files of scanners that are not configured are left out: their folder is
   * unknown.
   */
  async #goneAmong(files: readonly OldFile[]): Promise<OldFile[]> {
    const gone: OldFile[] = [];
    for (const scanner of this.#parts.config().scanners) {
      const own = files.filter(({ scanner: name }) => name === scanner.name);
      if (own.length > 0) gone.push(...(await goneFrom(scanner, own)));
    }
    return gone;
  }
}

async function goneFrom(scanner: ScannerConfig, files: readonly OldFile[]): Promise<OldFile[]> {
  const before = await proofOf(scanner);
  if (before === undefined) return [];
  const gone: OldFile[] = [];
  // One after the other, to put little load on a share.
  for (const file of files) if (await isGone(join(scanner.folder, file.path))) gone.push(file);
  return (await proofOf(scanner)) === before ? gone : [];
}

/**
 * Identifies the folder if a file missing from it proves that the file is gone: the folder must exist and
 * contain something. An empty folder proves nothing (a share may be mounted there) unless the daemon itself
 * empties it.
 */
async function proofOf({ folder, afterwards }: ScannerConfig): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(folder);
    if (afterwards.action === 'keep' && (await isEmpty(folder))) return undefined;
    return `${dev}:${ino}`;
  } catch {
    return undefined; // The folder's watcher reports the failure.
  }
}

async function isEmpty(folder: string): Promise<boolean> {
  for await (const _ of await opendir(folder)) return false;
  return true;
}

async function isGone(path: string): Promise<boolean> {
  // The real name is unknown (it is not UTF-8), so the file is not found under this one although it exists.
  if (path.includes('\uFFFD')) return false;
  try {
    await lstat(path);
    return false;
  } catch (error) {
    return fileCodeOf(error) === 'file-vanished';
  }
}
