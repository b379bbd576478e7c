import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ledgerFile } from '../../src/ledger/ledger.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { newDatabase } from '../ledger/filled.js';
import { readLog } from './write-ahead-log.js';

it('finds every commit of a log that SQLite wrote, and nothing after a cut within one', () => {
  const file = ledgerFile(temporaryFolder());
  const database = newDatabase(undefined, file);
  database.run("INSERT INTO counts VALUES ('zero', 0)");
  const before = readLog(readFileSync(`${file}-wal`))?.commits.length ?? 0;
  database.run("INSERT INTO counts VALUES ('one', 1)");
  database.run("INSERT INTO counts VALUES ('two', 2)");
  const bytes = readFileSync(`${file}-wal`);
  const log = readLog(bytes);
  expect(log?.commits).toHaveLength(before + 2);
  expect(log?.commits.at(-1)?.end).toBeLessThanOrEqual(bytes.length);
  const cut = bytes.subarray(0, (log?.commits.at(-1)?.end ?? 0) - 1);
  expect(readLog(cut)?.commits).toHaveLength(before + 1);
});
