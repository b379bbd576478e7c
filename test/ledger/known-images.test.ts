import { describe, expect, it, onTestFinished } from 'vitest';
import { KnownImages } from '../../src/ledger/known-images.js';
import { Ledger, ledgerFile } from '../../src/ledger/ledger.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { recordOf, sha256Of } from '../fixtures/records.js';

describe('KnownImages', () => {
  it('see what the owner of the ledger has committed, beside its connection', () => {
    const folder = temporaryFolder();
    const ledger = Ledger.own(folder, () => []);
    onTestFinished(() => ledger.close());
    const known = KnownImages.open(ledgerFile(folder));
    onTestFinished(() => known.close());
    expect(known.has(sha256Of('a'))).toBe(false);
    ledger.queue.enqueue('left', [{ path: 'a.png', size: 1, mtimeMs: 1 }]);
    const [claim] = ledger.queue.claim(1);
    ledger.results.complete([{ claim: claim!, record: recordOf(claim!, 'a') }]);
    expect(known.has(sha256Of('a'))).toBe(true);
    expect(known.has(sha256Of('b'))).toBe(false);
  });

  it('know nothing where the ledger cannot be read', () => {
    const folder = temporaryFolder();
    Ledger.own(folder, () => []).close();
    const known = KnownImages.open(ledgerFile(folder));
    known.close();
    expect(known.has(sha256Of('a'))).toBe(false);
  });
});
