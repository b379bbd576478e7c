import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { backupLedger } from '../../src/ledger/backup-ledger.js';
import { Ledger, ledgerFile } from '../../src/ledger/ledger.js';
import { repairLedger } from '../../src/ledger/repair/repair-ledger.js';
import { verifyLedger } from '../../src/ledger/verify/verify-ledger.js';
import { applySteps, LEDGER_VERSION, versionOf } from '../../src/ledger/version.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { filledLedger, overwrite } from './filled.js';
import { writeOldLedger } from './old-ledger.js';

let state: string;
beforeEach(() => {
  state = temporaryFolder();
});

function connect(file: string): DatabaseSyncInstance {
  const connection = new DatabaseSync(file);
  onTestFinished(() => connection.close());
  return connection;
}

/** Every way of opening a ledger. */
const WAYS: readonly [string, () => unknown][] = [
  ['a daemon', () => Ledger.own(state, () => [])],
  ['a command that reads or queues again', () => Ledger.visit(state)],
  ['verify', () => verifyLedger(ledgerFile(state))],
  ['backup', () => backupLedger(ledgerFile(state), join(state, 'backup'))],
  ['repair', () => repairLedger(state, () => [])],
];
const opened = (way: () => unknown): Promise<unknown> => Promise.resolve().then(way);

it('A new ledger says in its header that it is one, and its version', () => {
  const connection = connect(filledLedger(1, state).file);
  expect(connection.prepare('PRAGMA application_id').get()).toEqual({ application_id: 0x534d574c });
  expect(versionOf(connection, 'ledger.sqlite')).toBe(LEDGER_VERSION);
});

it('A backup has the same header, and opens', async () => {
  const target = join(temporaryFolder(), 'ledger.sqlite');
  await backupLedger(filledLedger(5, state).file, target);
  expect(verifyLedger(target)).toMatchObject({ version: LEDGER_VERSION, results: 5, problems: [] });
});

describe.each([1, 8])('A ledger of version %i from before version 1', (version) => {
  it.each(WAYS)('is refused to %s, with the way out, and is not changed', async (_, way) => {
    const file = writeOldLedger(state, version);
    const before = readFileSync(file);
    await expect(opened(way)).rejects.toMatchObject({
      code: 'ledger-too-old',
      message: `The ledger ${file} is from before ledger version 1; this Smearwatch cannot read it`,
      hint: expect.stringMatching(
        /move ledger\.sqlite.* another stateFolder.*scanners\[\]\.exclude/,
      ) as string,
    });
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});

it.each(WAYS)(
  "Another program's database is refused to %s as no ledger, and is not changed",
  async (name, way) => {
    const database = new DatabaseSync(ledgerFile(state));
    database.exec('CREATE TABLE songs (title TEXT); PRAGMA user_version = 3; PRAGMA application_id = 77');
    database.close();
    const before = readFileSync(ledgerFile(state));
    const refusal = opened(way);
    if (name === 'verify') expect(await refusal).toMatchObject({ problems: [{ kind: 'damaged' }] });
    else
      await expect(refusal).rejects.toMatchObject({
        code: name === 'repair' ? 'ledger-unrecoverable' : 'ledger-damaged',
      });
    expect(readFileSync(ledgerFile(state)).equals(before)).toBe(true);
  },
);

it('A ledger whose header lost its application id is repaired without a loss', () => {
  const { file } = filledLedger(30, state);
  const at = 68; // SQLite's file format
  overwrite(file, at, Buffer.of(0x77));
  expect(() => Ledger.visit(state)).toThrow(expect.objectContaining({ code: 'ledger-damaged' }));
  expect(repairLedger(state, () => [])?.tables).toMatchObject({
    files: { recovered: 33, unreadable: 0, refused: 0 },
    results: { recovered: 30, unreadable: 0, refused: 0 },
  });
  expect(verifyLedger(file)).toMatchObject({ version: LEDGER_VERSION, results: 30, problems: [] });
});

describe('A ledger that lacks later steps', () => {
  const ADD_SLIDE = "ALTER TABLE files ADD COLUMN slide TEXT; UPDATE files SET slide = 'S-' || id";
  const ADD_TABLE = 'CREATE TABLE slides (id TEXT PRIMARY KEY) STRICT -- a comment, without an end';
  const columns = (connection: DatabaseSyncInstance): unknown[] =>
    connection.prepare("SELECT name FROM pragma_table_info('files') WHERE name = 'slide'").all();

  it('gets all of them, with its rows', () => {
    const { file } = filledLedger(3, state);
    const connection = connect(file);
    const steps = [ADD_SLIDE, ADD_TABLE];
    applySteps(connection, file, 1, steps);
    expect(versionOf(connection, file, 3)).toBe(3);
    expect(connection.prepare('SELECT slide FROM files WHERE id = 2').get()).toEqual({ slide: 'S-2' });
    expect(connection.prepare('SELECT count(*) AS slides FROM slides').get()).toEqual({ slides: 0 });
    // This Smearwatch, which does not know them, refuses it then.
    expect(() => Ledger.visit(state)).toThrow(expect.objectContaining({ code: 'ledger-newer' }));
  });

  it('stays as it was where one of them fails', () => {
    const { file } = filledLedger(3, state);
    const connection = connect(file);
    expect(() => applySteps(connection, file, 1, [ADD_SLIDE, 'CREATE TABLE files (id INTEGER)'])).toThrow(
      'already exists',
    );
    expect([versionOf(connection, file), columns(connection)]).toEqual([1, []]);
    applySteps(connection, file, 1, [ADD_SLIDE]);
    expect(columns(connection)).toHaveLength(1);
  });

  it('gets each once where two processes open it at the same time', () => {
    const { file } = filledLedger(3, state);
    // Both have read version 1 before either takes the write lock.
    const [first, second] = [connect(file), connect(file)];
    applySteps(first, file, 1, [ADD_SLIDE]);
    applySteps(second, file, 1, [ADD_SLIDE]);
    expect([versionOf(second, file, 2), columns(second)]).toEqual([2, [{ name: 'slide' }]]);
  });
});
