import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { backupLedger } from '../../src/ledger/backup-ledger.js';
import { Ledger, ledgerFile } from '../../src/ledger/ledger.js';
import { repairLedger } from '../../src/ledger/repair/repair-ledger.js';
import { verifyLedger } from '../../src/ledger/verify/verify-ledger.js';
import { temporaryFolder } from '../fixtures/folders.js';

let state: string;
let file: string;
beforeEach(() => {
  state = join(temporaryFolder(), 'state');
  file = ledgerFile(state);
});

const own = (): Ledger => Ledger.own(state, () => []);

/** A ledger whose last commits are in its log only, as after a kill. */
function killed(): void {
  const ledger = own();
  ledger.queue.enqueue('left', [{ path: 'a.png', size: 1, mtimeMs: 1 }]);
  const copies = ['', '-wal'].map((suffix) => [`${file}${suffix}`, `${file}-copy${suffix}`] as const);
  for (const [from, to] of copies) writeFileSync(to, readFileSync(from));
  ledger.close();
  for (const [to, from] of copies) renameSync(from, to);
}

describe('A ledger that is not there', () => {
  it('is made as a whole: nothing else is left, and it is right', () => {
    own().close();
    expect(readdirSync(state).filter((name) => name.startsWith('ledger-new'))).toEqual([]);
    expect(verifyLedger(file)).toMatchObject({ problems: [], files: 0 });
  });

  it('is made also where an earlier start was killed at it', () => {
    mkdirSync(state);
    for (const suffix of ['', '-journal']) writeFileSync(join(state, `ledger-new.sqlite${suffix}`), 'half');
    own().close();
    expect(readdirSync(state).filter((name) => name.startsWith('ledger-new'))).toEqual([]);
    expect(verifyLedger(file)).toMatchObject({ problems: [], files: 0 });
  });

  it('is not made beside the log of one that was lost', () => {
    killed();
    renameSync(file, `${file}-elsewhere`);
    expect(own).toThrow(
      expect.objectContaining({
        code: 'ledger-damaged',
        message: expect.stringContaining('its write-ahead log is still there') as string,
        hint: expect.stringContaining('move ledger.sqlite-wal away') as string,
      }),
    );
    expect(existsSync(file)).toBe(false);
    // After the file is restored, nothing is lost.
    renameSync(`${file}-elsewhere`, file);
    const ledger = own();
    expect(ledger.queue.counts().queued).toBe(1);
    ledger.close();
  });
});

describe('A ledger that has become an empty file', () => {
  it('is damaged, not new: neither a daemon nor a command makes an empty ledger of it', () => {
    own().close();
    truncateSync(file);
    for (const open of [own, () => Ledger.visit(state)])
      expect(open).toThrow(
        expect.objectContaining({
          code: 'ledger-damaged',
          message: expect.stringMatching(/ledger\.sqlite is damaged: the file is empty$/) as string,
        }),
      );
    expect(statSync(file).size).toBe(0);
    expect(verifyLedger(file).problems).toMatchObject([{ message: 'the file is empty' }]);
  });

  it('keeps its log, of which a repair makes what can be made', async () => {
    killed();
    const log = statSync(`${file}-wal`).size;
    truncateSync(file);
    expect(own).toThrow(expect.objectContaining({ code: 'ledger-damaged' }));
    await expect(backupLedger(file, join(state, 'backup'))).rejects.toMatchObject({ code: 'ledger-damaged' });
    expect(statSync(`${file}-wal`).size).toBe(log);
    repairLedger(state, () => []);
    const ledger = own();
    expect(ledger.queue.counts().queued).toBe(1);
    ledger.close();
  });
});
