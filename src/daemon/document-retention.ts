import { opendir } from 'node:fs/promises';
import type { Config } from '../config/schema.js';
import { removeDocument } from '../deliver/remove-document.js';
import type { EndedFile, Pruning } from '../ledger/pruning.js';
import type { Telemetry } from '../telemetry/telemetry.js';

export interface DocumentRetentionParts {
  readonly pruning: Pick<Pruning, 'endedFiles'>;
  readonly config: () => Config;
  readonly telemetry: Pick<Telemetry, 'documentsPruned' | 'documentPruningFailed'>;
  readonly isStopped: () => boolean;
}

interface JsonFolder {
  readonly sink: string;
  readonly folder: string;
}

/** State of one walk through the ledger. */
interface DocumentWalk {
  readonly beforeMs: number;
  readonly folders: readonly JsonFolder[];
  readonly removed: Map<string, number>;
  readonly failed: Map<string, unknown>;
  /** Earliest end among the files whose document could not be removed. */
  oldestKeptMs: number;
}

/**
 * Removes the documents of JSON sinks that are older than `retention.jsonDays`. The ledger lists the document
 * that the sink wrote for each file that ended; only these are removed, and any other file in the results'
 * folder stays. The walk goes through the ledger once; later walks look only at documents that have become
 * too old since.
 */
export class DocumentRetention {
  readonly #parts: DocumentRetentionParts;
  #walk: DocumentWalk | undefined;
  #goneBeforeMs = 0;
  #folders = '';

  constructor(parts: DocumentRetentionParts) {
    this.#parts = parts;
  }

  /** Files that ended before this time have no document left, so the ledger may forget them. */
  get goneBeforeMs(): number {
    return this.#goneBeforeMs;
  }

  /**
   * Handles the next few rows after the id `after` (0 at the beginning of a walk). Returns the id to continue
   * from, or undefined at the end.
   */
  async step(after: number, beforeMs: number): Promise<number | undefined> {
    if (after === 0 || !this.#walk) this.#walk = this.#begin(beforeMs);
    const walk = this.#walk;
    const span = { fromMs: this.#goneBeforeMs, beforeMs: walk.beforeMs };
    const { found, next } = this.#parts.pruning.endedFiles(after, span);
    if (found.length > 0) for (const folder of walk.folders) await this.#removeFrom(folder, found, walk);
    if (next === undefined && !this.#parts.isStopped()) this.#end(walk);
    return next;
  }

  #begin(beforeMs: number): DocumentWalk {
    const folders = this.#parts
      .config()
      .sinks.flatMap((sink) => (sink.type === 'json' ? [{ sink: sink.name, folder: sink.folder }] : []));
    const names = JSON.stringify(folders);
    // Another folder may have older documents.
    if (names !== this.#folders) this.#goneBeforeMs = 0;
    this.#folders = names;
    return { beforeMs, folders, removed: new Map(), failed: new Map(), oldestKeptMs: beforeMs };
  }

  async #removeFrom(
    { sink, folder }: JsonFolder,
    files: readonly EndedFile[],
    walk: DocumentWalk,
  ): Promise<void> {
    // A share that is not mounted looks empty, so a missing document proves nothing. Its sink reports the
    // failure.
    const isThere = await hasEntries(folder);
    for (const file of files) {
      if (this.#parts.isStopped()) return;
      const isGone = isThere && !file.isOwed && (await this.#remove(sink, folder, file, walk));
      if (!isGone) walk.oldestKeptMs = Math.min(walk.oldestKeptMs, file.endedMs);
    }
  }

  async #remove(sink: string, folder: string, file: EndedFile, walk: DocumentWalk): Promise<boolean> {
    try {
      const { removed, isYoung } = await removeDocument(folder, file, walk.beforeMs);
      walk.removed.set(sink, (walk.removed.get(sink) ?? 0) + removed);
      return !isYoung;
    } catch (error) {
      walk.failed.set(sink, error);
      return false;
    }
  }

  #end({ removed, failed, oldestKeptMs }: DocumentWalk): void {
    this.#walk = undefined;
    this.#goneBeforeMs = Math.max(this.#goneBeforeMs, oldestKeptMs);
    const { telemetry } = this.#parts;
    for (const [sink, documents] of removed)
      if (documents > 0) telemetry.documentsPruned({ sink, documents });
    for (const [sink, error] of failed) telemetry.documentPruningFailed({ sink, error });
  }
}

async function hasEntries(folder: string): Promise<boolean> {
  try {
    for await (const _ of await opendir(folder)) return true;
    return false;
  } catch {
    return false; // The sink that writes there reports the failure.
  }
}
