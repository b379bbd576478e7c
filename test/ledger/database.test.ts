import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/ledger/database.js';
import { newDatabase } from './filled.js';

/** What the torture's power cuts take for granted: they cannot see whether SQLite really syncs. */
it('syncs every commit: a write-ahead log with synchronous=FULL', () => {
  const database = newDatabase();
  expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
});

it('does not sync what is only done again after a power cut, and syncs the next commit again', () => {
  const database = newDatabase();
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

describe('What the ledger knows of its disk', () => {
  const open = (): { database: Database; commits: number[]; fail: () => void; mend: () => void } => {
    const commits: number[] = [];
    const database = newDatabase((durationMs) => commits.push(durationMs));
    database.run('CREATE TABLE numbers (number INTEGER UNIQUE)');
    return {
      database,
      commits,
      // SQLite then refuses every write of this connection, as it does on a read-only disk.
      fail: () => database.run('PRAGMA query_only = 1'),
      mend: () => database.run('PRAGMA query_only = 0'),
    };
  };
  const insert = (database: Database, number: number): void =>
    database.transaction(() => database.run(`INSERT INTO numbers VALUES (${number})`));

  it('is a problem from a write that failed to one that succeeds, not to a transaction that writes nothing', () => {
    const { database, fail, mend } = open();
    insert(database, 1);
    expect(database.problem).toBeUndefined();
    fail();
    expect(() => insert(database, 2)).toThrow('readonly');
    mend();
    database.transaction(() => database.prepare('SELECT * FROM numbers').all());
    expect(database.problem).toContain('readonly');
    insert(database, 2);
    expect(database.problem).toBeUndefined();
  });

  it('is no problem where SQLite refuses a row', () => {
    const { database } = open();
    insert(database, 1);
    expect(() => insert(database, 1)).toThrow('constraint');
    expect(database.problem).toBeUndefined();
  });

  it('is learnt by a write that changes nothing', () => {
    const { database, fail, mend } = open();
    const version = (): unknown => database.prepare('PRAGMA user_version').get();
    const before = version();
    fail();
    expect(() => database.rewriteVersion()).toThrow('readonly');
    expect(database.problem).toContain('readonly');
    mend();
    database.rewriteVersion();
    expect(database.problem).toBeUndefined();
    expect(version()).toEqual(before);
  });

  it('reports commits that wrote something, and no others', () => {
    const { database, commits } = open();
    const before = commits.length;
    database.transaction(() => undefined);
    expect(() =>
      database.transaction(() => {
        database.run('INSERT INTO numbers VALUES (7)');
        throw new Error('no');
      }),
    ).toThrow('no');
    database.transaction(() => undefined);
    expect(commits).toHaveLength(before);
    insert(database, 1);
    database.rewriteVersion();
    expect(commits).toHaveLength(before + 2);
  });
});
