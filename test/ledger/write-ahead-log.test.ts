import { DatabaseSync } from '@photostructure/sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { Ledger, ledgerFile } from '../../src/ledger/ledger.js';
import { temporaryFolder } from '../fixtures/folders.js';

const MIB = 1_048_576;
/** SQLite's own checkpoint, within a commit: `wal_autocheckpoint` pages and what one commit adds. */
const BACKSTOP_BYTES = 8000 * 4200 + 2 * MIB;
/** The value of `journal_size_limit`. */
const LIMIT_BYTES = 64 * MIB;

function commits(ledger: Ledger, count: number, name: string): void {
  for (let commit = 0; commit < count; commit += 1) {
    ledger.queue.enqueue(
      'left',
      Array.from({ length: 200 }, (_, index) => ({
        path: `${name}-${commit}-${index}-${'x'.repeat(100)}.png`,
        size: index,
        mtimeMs: 1,
      })),
    );
  }
}

it('The write-ahead log stays bounded under load, even without calls for a checkpoint', () => {
  const ledger = Ledger.own(temporaryFolder(), () => []);
  onTestFinished(() => ledger.close());
  commits(ledger, 250, 'a');
  expect(ledger.bytes().writeAheadLog).toBeLessThan(BACKSTOP_BYTES);
});

it('The write-ahead log that a reader made grow is cut back once the reader has gone', () => {
  const state = temporaryFolder();
  const ledger = Ledger.own(state, () => []);
  onTestFinished(() => ledger.close());
  commits(ledger, 1, 'first');
  // A process that reads all results for a long time: a checkpoint cannot pass its snapshot.
  const reader = new DatabaseSync(ledgerFile(state), { readOnly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM files').get();
  for (let round = 0; round < 12; round += 1) {
    commits(ledger, 60, `round-${round}`);
    ledger.checkpoint();
  }
  const grown = ledger.bytes().writeAheadLog;
  expect(grown).toBeGreaterThan(LIMIT_BYTES);
  reader.exec('COMMIT');
  reader.close();
  // The daemon's timer, twice, with work in between.
  ledger.checkpoint();
  commits(ledger, 1, 'after');
  ledger.checkpoint();
  commits(ledger, 1, 'last');
  expect(ledger.bytes().writeAheadLog).toBeLessThanOrEqual(LIMIT_BYTES);
  commits(ledger, 100, 'then');
  expect(ledger.bytes().writeAheadLog).toBeLessThanOrEqual(LIMIT_BYTES);
});
