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
/** A walk through the whole ledger, then so long nothing. */
const REST_MS = 3_600_000;
/** One transaction takes a few milliseconds, in which nothing else is written. */
const FILES_AT_ONCE = 100;

/**
 * What is walked through, in this order: files say which documents there are, and a result is free once its
 * files are gone.
 */
type RetentionWalk = 'documents' | 'files' | 'results';
const NEXT: Readonly<Record<RetentionWalk, RetentionWalk>> = {
  documents: 'files',
  files: 'results',
  results: 'documents',
};

/**
 * Removes what is older than `retention.jsonDays` from the results' folders and what is older than
 * `retention.ledgerDays` from the ledger, a few hundred rows a step. A file that still lies in its scanner's
 * folder keeps its row, however old: without it, the next rescan would take the file for a new one. So each
 * is looked for; and since all files of a share that is not mounted seem to be gone, a folder that is
 * missing, empty or another one than a moment ago proves nothing.
 */
export class Retention {
  readonly #parts: RetentionParts;
  readonly #documents: DocumentRetention;
  #walk: RetentionWalk = 'documents';
  /** The same for all walks: what becomes old meanwhile is for the next time. */
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

  /** The next few rows; for a timer. Never rejects. */
  step(): Promise<void> {
    if (this.#isBusy || this.#isStopped) return this.#step;
    this.#isBusy = true;
    this.#step = this.#next()
      .catch((error: unknown) => this.#parts.telemetry.ledgerWriteFailed({ error }))
      .finally(() => (this.#isBusy = false));
    return this.#step;
  }

  /** Resolves once nothing is being removed any more. */
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

  /** Of scanners that are configured: of others, it is not known where to look. */
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
  // One after the other: a share has better things to do.
  for (const file of files) if (await isGone(join(scanner.folder, file.path))) gone.push(file);
  return (await proofOf(scanner)) === before ? gone : [];
}

/**
 * Which folder it is, where what it lacks is proof of something: it is there, and something is in it. An
 * empty one proves nothing (it may be where a share is mounted) unless the daemon itself empties it.
 */
async function proofOf({ folder, afterwards }: ScannerConfig): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(folder);
    if (afterwards.action === 'keep' && (await isEmpty(folder))) return undefined;
    return `${dev}:${ino}`;
  } catch {
    return undefined; // Whoever watches the folder tells of it.
  }
}

async function isEmpty(folder: string): Promise<boolean> {
  for await (const _ of await opendir(folder)) return false;
  return true;
}

async function isGone(path: string): Promise<boolean> {
  // Its real name is not known (it is no UTF-8), so it is not found under this one although it is there.
  if (path.includes('\uFFFD')) return false;
  try {
    await lstat(path);
    return false;
  } catch (error) {
    return fileCodeOf(error) === 'file-vanished';
  }
}
