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

it('does not sync what is only done again after a power cut, and syncs the next commit again', () => {
  const database = Database.open(join(temporaryFolder(), 'ledger.sqlite'));
  onTestFinished(() => database.close());
  const level = () => database.prepare('PRAGMA synchronous').get()?.['synchronous'];
  expect(database.withoutSync(level)).toBe(1);
  expect(level()).toBe(2);
  const fails = () =>
    database.withoutSync(() => {
      throw new Error('no');
    });
  expect(fails).toThrow('no');
  expect(level()).toBe(2);
});
