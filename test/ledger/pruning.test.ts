import { describe, expect, it, onTestFinished } from 'vitest';
import { Ledger, ledgerFile } from '../../src/ledger/ledger.js';
import { verifyLedger } from '../../src/ledger/verify/verify-ledger.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { recordOf, sha256Of } from '../fixtures/records.js';

const LATER = Date.now() + 1e9;

/** A ledger with `paths` done, each with a result of its own. */
function ledgerOf(...paths: string[]): { ledger: Ledger; file: string } {
  const state = temporaryFolder();
  const ledger = Ledger.own(state, () => []);
  onTestFinished(() => ledger.close());
  ledger.queue.enqueue(
    'left',
    paths.map((path) => ({ path, size: 1, mtimeMs: 1 })),
  );
  ledger.results.complete(
    ledger.queue.claim(100).map((claim) => ({ claim, record: recordOf(claim, claim.path) })),
  );
  return { ledger, file: ledgerFile(state) };
}

describe('Pruning', () => {
  it('finds what ended long ago, a few rows at a time', () => {
    const { ledger } = ledgerOf('a.png', 'b.png');
    expect(ledger.pruning.oldFiles(0, LATER)).toMatchObject({
      found: [{ path: 'a.png' }, { path: 'b.png' }],
      next: undefined,
    });
    expect(ledger.pruning.oldFiles(0, Date.now() - 60_000).found).toEqual([]);
    ledger.queue.enqueue('left', [{ path: 'queued.png', size: 1, mtimeMs: 1 }]);
    expect(ledger.pruning.oldFiles(0, LATER).found).toHaveLength(2);
  });

  it('continues until the last row', () => {
    const paths = Array.from({ length: 1200 }, (_, index) => `${index}.png`);
    const { ledger } = ledgerOf();
    ledger.queue.enqueue(
      'left',
      paths.map((path) => ({ path, size: 1, mtimeMs: 1 })),
    );
    let steps = 0;
    for (let after: number | undefined = 0; after !== undefined; steps += 1)
      after = ledger.pruning.oldFiles(after, LATER).next;
    expect(steps).toBe(3);
  });

  it('removes files, then the results that nothing refers to; the ledger stays right', () => {
    const { ledger, file } = ledgerOf('a.png', 'b.png');
    expect(ledger.pruning.removeResults(0, LATER).found).toBe(0);
    const [a] = ledger.pruning.oldFiles(0, LATER).found;
    expect(ledger.pruning.removeFiles([a!])).toBe(1);
    expect(ledger.pruning.removeResults(0, LATER).found).toBe(1);
    expect(ledger.results.find(sha256Of('a.png'))).toBeUndefined();
    expect(ledger.results.find(sha256Of('b.png'))).toBeDefined();
    expect(ledger.queue.counts()).toMatchObject({ done: 1 });
    expect(verifyLedger(file).problems).toEqual([]);
  });

  it('keeps a file that was written again in the meantime', () => {
    const { ledger } = ledgerOf('a.png');
    const { found } = ledger.pruning.oldFiles(0, LATER);
    ledger.queue.enqueue('left', [{ path: 'a.png', size: 2, mtimeMs: 2 }]);
    expect(ledger.pruning.removeFiles(found)).toBe(0);
  });

  it('leaves what a sink is still owed', () => {
    const state = temporaryFolder();
    const ledger = Ledger.own(state, () => ['json']);
    onTestFinished(() => ledger.close());
    ledger.queue.enqueue('left', [{ path: 'a.png', size: 1, mtimeMs: 1 }]);
    const [claim] = ledger.queue.claim(1);
    ledger.results.complete([{ claim: claim!, record: recordOf(claim!, 'a') }]);
    const { found } = ledger.pruning.oldFiles(0, LATER);
    expect(ledger.pruning.removeFiles(found)).toBe(0);
    ledger.outbox.remove('json', ledger.outbox.next('json', 10));
    expect(ledger.pruning.removeFiles(found)).toBe(1);
  });

  it('of a result between its discovery and its use: the file is classified after all', () => {
    const { ledger } = ledgerOf('a.png');
    ledger.queue.enqueue('left', [{ path: 'copy.png', size: 1, mtimeMs: 1 }]);
    const [copy] = ledger.queue.claim(1);
    expect(ledger.results.find(sha256Of('a.png'))).toBeDefined();
    ledger.pruning.removeFiles(ledger.pruning.oldFiles(0, LATER).found);
    ledger.pruning.removeResults(0, LATER);
    expect(ledger.results.complete([{ claim: copy!, sha256: sha256Of('a.png') }])).toEqual(['superseded']);
    expect(ledger.queue.claim(1)).toMatchObject([{ path: 'copy.png', attempt: 1 }]);
  });

  it('of 20,000 results takes no look through all files for each', () => {
    const state = temporaryFolder();
    const ledger = Ledger.own(state, () => []);
    onTestFinished(() => ledger.close());
    const seen = Array.from({ length: 20_000 }, (_, index) => ({
      path: `${index}.png`,
      size: 1,
      mtimeMs: 1,
    }));
    ledger.queue.enqueue('left', seen);
    for (let claims = ledger.queue.claim(500); claims.length > 0; claims = ledger.queue.claim(500))
      ledger.results.complete(claims.map((claim) => ({ claim, record: recordOf(claim, claim.path) })));
    ledger.pruning.removeFiles(ledger.pruning.oldFiles(0, LATER).found);
    const start = performance.now();
    expect(ledger.pruning.removeResults(0, LATER).found).toBe(500);
    // With a scan of the files for each, 500 × 20,000 rows: seconds.
    expect(performance.now() - start).toBeLessThan(500);
  });
});
