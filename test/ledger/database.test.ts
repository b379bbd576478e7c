import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Database } from '../../src/ledger/database.js';
import { temporaryFolder } from '../fixtures/folders.js';

/** What the torture's power cuts take for granted: they cannot see whether SQLite really syncs. */
it('syncs every commit: a write-ahead log with synchronous=FULL', () => {
  const database = Database.open(join(temporaryFolder(), 'ledger.sqlite'));
  onTestFinished(() => database.close());
  expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
});
