import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Ledger, ledgerFile } from '../../src/ledger/ledger.js';
import { isStateInUse } from '../../src/ledger/lock.js';
import { verifyLedger } from '../../src/ledger/verify/verify-ledger.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { destroyPages, fill, filledLedger, overwrite, pagesOf, pagesOfTable } from './filled.js';

const kinds = (file: string, quick = false): string[] =>
  verifyLedger(file, { quick }).problems.map(({ kind }) => kind);

describe('A whole ledger', () => {
  it('is right, and is not changed by being looked at', () => {
    const { file, files } = filledLedger();
    const before = readFileSync(file);
    expect(verifyLedger(file)).toMatchObject({ problems: [], files: files + 3, results: files, running: 1 });
    expect(verifyLedger(file, { quick: true }).problems).toEqual([]);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('can be looked at while a daemon writes', () => {
    const state = temporaryFolder();
    const ledger = Ledger.own(state, () => ['json']);
    onTestFinished(() => ledger.close());
    fill(ledger, 50);
    expect(kinds(ledgerFile(state))).toEqual([]);
    ledger.queue.enqueue('left', [{ path: 'later.png', size: 1, mtimeMs: 1 }]);
    expect(verifyLedger(ledgerFile(state)).files).toBe(54);
    expect(isStateInUse(state)).toBe(true);
  });

  it('is in use only while a daemon has it', () => {
    expect(isStateInUse(filledLedger(1).state)).toBe(false);
    expect(isStateInUse(temporaryFolder())).toBe(false);
  });
});

describe('A damaged file', () => {
  it.each([
    ['a page of zeros', (file: string) => destroyPages(file, [pagesOfTable(file, 'results')[3]!])],
    ['a page of rubbish', (file: string) => destroyPages(file, [pagesOfTable(file, 'files')[1]!], 0xa5)],
    ['a header of zeros', (file: string) => overwrite(file, 0, Buffer.alloc(100))],
    ['no first page', (file: string) => destroyPages(file, [1])],
    ['its second half cut off', (file: string) => truncateSync(file, Math.floor(pagesOf(file) / 2) * 4096)],
    ['no byte at all', (file: string) => truncateSync(file, 0)],
    ['something else in it', (file: string) => writeFileSync(file, 'no database at all. '.repeat(1000))],
  ])('with %s is found, by the quick check too', (_, damage) => {
    const { file } = filledLedger();
    damage(file);
    expect(new Set(kinds(file))).toEqual(new Set(['damaged']));
    expect(new Set(kinds(file, true))).toEqual(new Set(['damaged']));
  });

  it('whose index disagrees with its table is found', () => {
    const { file } = filledLedger();
    // Behind SQLite's back, it is said to be an index of another column.
    withoutRules(file, (database) => {
      database.exec(`PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = replace(sql, 'ON files (result_id)', 'ON files (path)') WHERE name = 'files_by_result'`);
    });
    expect(new Set(kinds(file))).toEqual(new Set(['damaged']));
  });
});

describe('Rows that contradict each other are found:', () => {
  it.each([
    ['wrong-count', "UPDATE counts SET files = files + 1 WHERE state = 'done'"],
    ['wrong-count', "DELETE FROM counts WHERE state = 'queued'"],
    ['done-without-result', 'UPDATE files SET result_id = NULL WHERE id = 7'],
    ['done-without-result', 'DELETE FROM outbox; DELETE FROM results WHERE id = 7'],
    ['result-of-another-image', 'UPDATE files SET result_id = 8 WHERE id = 7'],
    ['quarantined-without-reason', "UPDATE files SET reason = NULL WHERE state = 'quarantined'"],
    ['owed-without-result', 'UPDATE outbox SET result_id = 99999 WHERE id = 3'],
    ['unreadable-record', "UPDATE results SET record = '{' WHERE id = 7"],
    ['unreadable-record', "UPDATE results SET record = '{}' WHERE id = 7"],
    ['label-not-counted', 'DELETE FROM labelled_predictions'],
  ])('%s, by %s', (kind, sql) => {
    const { file } = filledLedger(30);
    withoutRules(file, (database) => database.exec(sql));
    expect(kinds(file)).toContain(kind);
  });
});

it('A ledger of a later version is refused with what to do', () => {
  const { file } = filledLedger(3);
  withoutRules(file, (database) => database.exec('PRAGMA user_version = 99'));
  expect(() => verifyLedger(file)).toThrow(
    expect.objectContaining({
      code: 'ledger-newer',
      hint: expect.stringContaining('later one') as string,
    }),
  );
  expect(() => verifyLedger(ledgerFile(temporaryFolder()))).toThrow('There is no ledger');
});

/** Makes a change that no version of Smearwatch would write. */
function withoutRules(file: string, change: (database: DatabaseSyncInstance) => void): void {
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: false, defensive: false });
  change(database);
  database.close();
}
