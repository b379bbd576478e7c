import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { backupLedger } from '../../src/ledger/backup-ledger.js';
import { Ledger, ledgerFile } from '../../src/ledger/ledger.js';
import { verifyLedger } from '../../src/ledger/verify/verify-ledger.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { sha256Of } from '../fixtures/records.js';
import { destroyPages, fill, filledLedger, nameOf, pagesOfTable } from './filled.js';

it('A backup beside a running daemon has all that is in the write-ahead log, and is a ledger by itself', async () => {
  const state = temporaryFolder();
  const ledger = Ledger.own(state, () => ['json']);
  onTestFinished(() => ledger.close());
  fill(ledger, 100);
  const restored = temporaryFolder();
  const backup = await backupLedger(ledgerFile(state), ledgerFile(restored));
  const bytes = readFileSync(backup.file);
  expect(backup).toMatchObject({ files: 103, results: 100, bytes: bytes.length });
  expect(backup.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  expect(verifyLedger(backup.file).problems).toEqual([]);
  // The daemon continues, and the backup does not change.
  ledger.queue.enqueue('left', [{ path: 'later.png', size: 1, mtimeMs: 1 }]);
  expect(readdirSync(restored)).toEqual(['ledger.sqlite']);
  const daemon = Ledger.own(restored, () => []);
  onTestFinished(() => daemon.close());
  expect(daemon.results.find(sha256Of(nameOf(5)))?.record.image.path).toBe(nameOf(5));
  expect(daemon.queue.counts()).toMatchObject({ done: 100, quarantined: 1 });
});

it('A damaged ledger is not backed up: no bad backup follows the last good one', async () => {
  const { file } = filledLedger();
  const folder = temporaryFolder();
  destroyPages(file, pagesOfTable(file, 'results').slice(2, 3));
  await expect(backupLedger(file, join(folder, 'backup.sqlite'))).rejects.toMatchObject({
    code: 'ledger-damaged',
  });
  expect(readdirSync(folder)).toEqual([]);
});

it('A backup overwrites nothing, and leaves nothing half done', async () => {
  const { file } = filledLedger(5);
  const folder = temporaryFolder();
  const target = join(folder, 'kept.sqlite');
  writeFileSync(target, 'kept');
  await expect(backupLedger(file, target)).rejects.toMatchObject({ code: 'backup-exists' });
  expect(readFileSync(target, 'utf8')).toBe('kept');
  await expect(backupLedger(file, join(folder, 'none', 'backup.sqlite'))).rejects.toMatchObject({
    code: 'backup-failed',
    hint: 'Make its folder first.',
  });
  mkdirSync(join(folder, 'none'));
  await backupLedger(file, join(folder, 'none', 'backup.sqlite'));
  expect(readdirSync(join(folder, 'none'))).toEqual(['backup.sqlite']);
  expect(existsSync(`${file}-journal`)).toBe(false);
});
