import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Database } from '../../src/ledger/database.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { filledLedger, newDatabase } from './filled.js';

describe('Ledger', () => {
  it('belongs to one daemon; visitors may look and queue again', () => {
    const folder = temporaryFolder();
    const owner = Ledger.own(folder, () => []);
    expect(() => Ledger.own(folder, () => [])).toThrow(expect.objectContaining({ code: 'ledger-in-use' }));
    const visitor = Ledger.visit(folder);
    owner.queue.enqueue('left', [{ path: 'bad.png', size: 1, mtimeMs: 1 }]);
    const [claim] = owner.queue.claim(1);
    owner.queue.quarantine(claim!, { code: 'image-damaged', reason: 'its end is missing' }, undefined);
    expect(visitor.browse.quarantined({ limit: 10 })).toMatchObject([
      { path: 'bad.png', code: 'image-damaged', reason: 'its end is missing', attempts: 1 },
    ]);
    expect(visitor.browse.replayQuarantined({ path: 'bad' })).toBe(1);
    visitor.close();
    expect(owner.queue.claim(1)).toMatchObject([{ path: 'bad.png', attempt: 1, reclassify: false }]);
    owner.close();
    Ledger.own(folder, () => []).close();
  });

  it('refuses a ledger that a later version wrote', () => {
    const folder = temporaryFolder();
    const { file } = filledLedger(1, folder);
    const database = Database.open(file);
    database.run('PRAGMA user_version = 9999');
    database.close();
    expect(() => Ledger.own(folder, () => [])).toThrow(expect.objectContaining({ code: 'ledger-newer' }));
    // The refusal leaves the folder free.
    expect(() => Ledger.own(folder, () => [])).toThrow(expect.objectContaining({ code: 'ledger-newer' }));
  });

  it('says which file is not a ledger', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'ledger.sqlite'), 'this text is not a database'.repeat(100));
    expect(() => Ledger.own(folder, () => [])).toThrow(
      expect.objectContaining({
        code: 'ledger-damaged',
        message: expect.stringContaining(folder) as string,
      }),
    );
  });

  it('reports every transaction that is on the disk, and its duration', () => {
    const committed: number[] = [];
    const ledger = Ledger.own(
      temporaryFolder(),
      () => [],
      (durationMs) => committed.push(durationMs),
    );
    onTestFinished(() => ledger.close());
    const before = committed.length;
    ledger.queue.enqueue('left', [{ path: 'a.png', size: 1, mtimeMs: 1 }]);
    expect(committed).toHaveLength(before + 1);
    expect(committed.at(-1)).toBeGreaterThan(0);
    expect(ledger.bytes().database).toBeGreaterThanOrEqual(4096);
    expect(ledger.bytes().writeAheadLog).toBeGreaterThan(0);
  });

  it('is durable: WAL, and every commit synced', () => {
    const database = newDatabase();
    expect(database.prepare('PRAGMA journal_mode').get()).toMatchObject({ journal_mode: 'wal' });
    expect(database.prepare('PRAGMA synchronous').get()).toMatchObject({ synchronous: 2 });
  });
});
