import { closeSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { DatabaseSync } from '@photostructure/sqlite';
import { onTestFinished } from 'vitest';
import { Database, type OnCommitted } from '../../src/ledger/database.js';
import { Ledger, ledgerFile } from '../../src/ledger/ledger.js';
import { makeMissingLedger } from '../../src/ledger/new-ledger.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { recordOf, sha256Of } from '../fixtures/records.js';

export const PAGE_BYTES = 4096;

/** What a filled ledger holds: `files` that are done, and one each in quarantine, queued, and running. */
export interface Filled {
  readonly state: string;
  readonly file: string;
  readonly files: number;
}

/**
 * A state folder whose ledger has results, deliveries, labels and every state of a file, and has been closed.
 */
export function filledLedger(files = 400, state = temporaryFolder()): Filled {
  const ledger = Ledger.own(state, () => ['json']);
  fill(ledger, files);
  ledger.close();
  return { state, file: ledgerFile(state), files };
}

export function fill(ledger: Ledger, files: number): void {
  const seen = Array.from({ length: files + 3 }, (_, index) => ({
    path: nameOf(index),
    size: index + 1,
    mtimeMs: index + 1,
  }));
  ledger.queue.enqueue('left', seen);
  for (let claims = ledger.queue.claim(32); claims.length > 0; claims = ledger.queue.claim(32)) {
    const done = claims.filter(({ size }) => size <= files);
    ledger.results.complete(done.map((claim) => ({ claim, record: recordOf(claim, claim.path) })));
    for (const claim of claims) {
      if (claim.size === files + 1)
        ledger.queue.quarantine(claim, { code: 'image-truncated', reason: 'Its end is missing.' }, undefined);
      if (claim.size === files + 2) ledger.queue.release([claim], 1e9);
    }
  }
  const label = { by: 'anna', source: 'command', at: '2026-01-01T00:00:00.000Z' } as const;
  ledger.labels.give(
    seen
      .slice(0, files)
      .filter((_, index) => index % 3 === 0)
      .map(({ path }) => ({
        target: { sha256: sha256Of(path) },
        label: { ...label, class: 'lymphocyte' },
      })),
  );
}

/** A new ledger as the one connection that the ledger's parts share. */
export function newDatabase(onCommitted?: OnCommitted, file = ledgerFile(temporaryFolder())): Database {
  makeMissingLedger(file);
  const database = Database.open(file, onCommitted);
  onTestFinished(() => database.close());
  return database;
}

export function nameOf(index: number): string {
  return `day/image-${String(index).padStart(6, '0')}.png`;
}

/** Overwrites bytes of a file in place. */
export function overwrite(file: string, offset: number, bytes: Buffer): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, bytes, 0, bytes.length, offset);
  closeSync(descriptor);
}

export function pagesOf(file: string): number {
  return statSync(file).size / PAGE_BYTES;
}

/** The pages of a table or an index, by what SQLite itself says of them. */
export function pagesOfTable(
  file: string,
  name: string,
  kind: 'leaf' | 'internal' | 'any' = 'leaf',
): number[] {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database
    .prepare("SELECT pageno FROM dbstat WHERE name = ? AND (? = 'any' OR pagetype = ?) ORDER BY pageno")
    .all(name, kind, kind) as { pageno: number }[];
  database.close();
  return rows.map(({ pageno }) => pageno);
}

/** Fills pages (counted from 1) with what a failing disk leaves. */
export function destroyPages(file: string, pages: readonly number[], fill = 0): void {
  for (const page of pages) overwrite(file, (page - 1) * PAGE_BYTES, Buffer.alloc(PAGE_BYTES, fill));
}

export function flipBit(file: string, offset: number): void {
  const byte = readFileSync(file)[offset] ?? 0;
  overwrite(file, offset, Buffer.of(byte ^ 0x10));
}
