import { DatabaseSync } from '@photostructure/sqlite';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Ledger, VANISHED } from '../../src/ledger/ledger.js';
import { ACTIVE_SCANNERS, DUE_FILES, NEXT_DUE } from '../../src/ledger/queue.js';
import type { SeenFile } from '../../src/files/seen-file.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { recordOf } from '../fixtures/records.js';

function open(folder = temporaryFolder()): Ledger {
  const ledger = Ledger.own(folder, () => []);
  onTestFinished(() => ledger.close());
  return ledger;
}

const file = (path: string, size = 100, mtimeMs = 1_700_000_000_000.5): SeenFile => ({ path, size, mtimeMs });

const startedAt = Date.now();

/** Sets the wall clock, and nothing else. */
function setClock(days: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: startedAt + days * 86_400_000 });
  onTestFinished(() => void vi.useRealTimers());
}

describe('Queue', () => {
  it('hands out files oldest first, each once', () => {
    const { queue } = open();
    queue.enqueue('left', [file('a.png'), file('b.png'), file('c.png')]);
    expect(queue.claim(2).map(({ path }) => path)).toEqual(['a.png', 'b.png']);
    expect(queue.claim(2).map(({ path }) => path)).toEqual(['c.png']);
    expect(queue.claim(2)).toEqual([]);
    expect(queue.counts()).toMatchObject({ queued: 0, running: 3 });
  });

  it('hands out the oldest of all scanners', () => {
    const { queue } = open();
    queue.enqueue('right', [file('a.png'), file('b.png')]);
    queue.enqueue('left', [file('c.png')]);
    queue.enqueue('middle', [file('d.png'), file('e.png')]);
    expect(queue.claim(2).map(({ path }) => path)).toEqual(['a.png', 'b.png']);
    expect(queue.claim(2).map(({ path }) => path)).toEqual(['c.png', 'd.png']);
    expect(queue.claim(2).map(({ path }) => path)).toEqual(['e.png']);
  });

  it.each([
    ['the scanners with waiting files', ACTIVE_SCANNERS, ['[]']],
    ['the files of one that are due', DUE_FILES, ['left', 0, 32]],
    ['the next file that is due', NEXT_DUE, ['[]']],
  ] as const)(
    'takes the same time for any number of waiting files of any scanner: %s',
    (_what, statement, values) => {
      const folder = temporaryFolder();
      const { queue } = open(folder);
      queue.enqueue(
        'left',
        Array.from({ length: 500 }, (_, index) => file(`${index}.png`)),
      );
      const database = new DatabaseSync(join(folder, 'ledger.sqlite'));
      onTestFinished(() => database.close());
      // With and without SQLite's statistics: it may look up by an index, and walk only through what is not a
      // table of files.
      for (const before of ['', 'ANALYZE']) {
        database.exec(before);
        const plan = database.prepare(`EXPLAIN QUERY PLAN ${statement}`).all(...values);
        const steps = plan.map((row) => (row as { detail: string }).detail);
        expect(steps.filter((step) => /^SCAN files/.test(step))).toEqual([]);
        expect(steps.join()).toMatch(/files_queued \(scanner[=>]\?/);
      }
    },
  );

  it('knows a file by scanner, path, size and modification time', () => {
    const { queue } = open();
    queue.enqueue('left', [file('a.png')]);
    expect(queue.unknownAmong('left', [file('a.png')])).toEqual([]);
    expect(queue.unknownAmong('right', [file('a.png')])).toHaveLength(1);
    expect(queue.unknownAmong('left', [file('a.png', 101)])).toHaveLength(1);
    expect(queue.unknownAmong('left', [file('a.png', 100, 1_700_000_000_001)])).toHaveLength(1);
  });

  it('queues a known file once and an overwritten one again', () => {
    const { queue, results } = open();
    queue.enqueue('left', [file('a.png')]);
    const [claim] = queue.claim(1);
    results.complete([{ claim: claim!, record: recordOf(claim!, 'first') }]);
    queue.enqueue('left', [file('a.png')]);
    expect(queue.claim(1)).toEqual([]);
    queue.enqueue('left', [file('a.png', 200)]);
    expect(queue.claim(1)).toMatchObject([{ path: 'a.png', size: 200, revision: 2, attempt: 1 }]);
  });

  it('keeps the work on an older content from ending the newer one', () => {
    const { queue, results } = open();
    queue.enqueue('left', [file('a.png')]);
    const [older] = queue.claim(1);
    queue.enqueue('left', [file('a.png', 200)]);
    expect(results.complete([{ claim: older!, record: recordOf(older!, 'older') }])).toEqual(['superseded']);
    queue.quarantine(older!, { code: 'image-damaged', reason: 'older' }, undefined);
    expect(queue.counts()).toMatchObject({ queued: 1, quarantined: 0 });
  });

  it('queues again what was running when the process died, without counting an attempt', () => {
    const folder = temporaryFolder();
    const before = Ledger.own(folder, () => []);
    before.queue.enqueue('left', [file('a.png')]);
    before.queue.claim(1);
    before.close();
    const { queue } = open(folder);
    expect(queue.recover()).toBe(1);
    expect(queue.claim(1)).toMatchObject([{ path: 'a.png', attempt: 1 }]);
  });

  it('holds a retried file back until it is due', () => {
    const { queue } = open();
    queue.enqueue('left', [file('a.png')]);
    const [claim] = queue.claim(1);
    queue.retry(claim!, { code: 'EIO', reason: 'i/o error' }, 60_000);
    expect(queue.claim(1)).toEqual([]);
    expect(queue.nextDueInMs()).toBeGreaterThan(50_000);
    expect(queue.counts().queued).toBe(1);
  });

  it('tries a file again after its delay, even if the clock is set in the meantime', async () => {
    const folder = temporaryFolder();
    const { queue } = open(folder);
    queue.enqueue('left', [file('a.png'), file('b.png')]);
    const [retried, released] = queue.claim(2);
    queue.retry(retried!, { code: 'EIO', reason: 'i/o error' }, 300);
    queue.release([released!], 300);
    for (const days of [-1, 1]) {
      setClock(days);
      expect(queue.claim(1)).toEqual([]);
      expect(queue.nextDueInMs()).toBeLessThanOrEqual(300);
    }
    setClock(-1);
    await vi.waitFor(() => expect(queue.nextDueInMs()).toBe(0), { interval: 20 });
    // The other one was put off some milliseconds later.
    const claimed = queue.claim(2);
    await vi.waitFor(() => expect([...claimed, ...queue.claim(2)]).toHaveLength(2), { interval: 20 });
  });

  it('is not kept waiting by times that a daemon wrote before the clock was set back', () => {
    const folder = temporaryFolder();
    const { queue } = open(folder);
    queue.enqueue('left', [file('a.png'), file('b.png')]);
    const [ahead, waiting] = queue.claim(2);
    queue.retry(ahead!, { code: 'EIO', reason: 'i/o error' }, 2000);
    queue.retry(waiting!, { code: 'EIO', reason: 'i/o error' }, 60_000);
    const database = new DatabaseSync(join(folder, 'ledger.sqlite'));
    database.exec("UPDATE files SET not_before = not_before + 86400000 WHERE path = 'a.png'");
    database.close();
    expect(queue.claim(2)).toEqual([]);
    queue.recover();
    expect(queue.claim(2)).toMatchObject([{ path: 'a.png', attempt: 2 }]);
  });

  it('queues a vanished file again when it is back, but no other quarantined one', () => {
    const { queue } = open();
    queue.enqueue('left', [file('gone.png'), file('bad.png')]);
    const [gone, bad] = queue.claim(2);
    queue.quarantine(gone!, { code: VANISHED, reason: 'removed' }, undefined);
    queue.quarantine(bad!, { code: 'image-damaged', reason: 'bad' }, 'ab'.repeat(32));
    expect(queue.unknownAmong('left', [file('gone.png'), file('bad.png')])).toEqual([file('gone.png')]);
    queue.enqueue('left', [file('gone.png'), file('bad.png')]);
    expect(queue.claim(2)).toMatchObject([{ path: 'gone.png' }]);
  });

  it('puts released files back as if they had not been claimed', () => {
    const { queue } = open();
    queue.enqueue('left', [file('a.png')]);
    queue.release(queue.claim(1));
    expect(queue.claim(1)).toMatchObject([{ path: 'a.png', attempt: 1 }]);
  });

  it('counts by state and tells the age of the oldest open file', () => {
    const { queue, results } = open();
    expect(queue.counts()).toEqual({ queued: 0, running: 0, done: 0, quarantined: 0, oldestMs: 0 });
    queue.enqueue('left', [file('a.png'), file('b.png'), file('c.png')]);
    const [a, b] = queue.claim(2);
    results.complete([{ claim: a!, record: recordOf(a!, 'a') }]);
    queue.quarantine(b!, { code: 'image-damaged', reason: 'bad' }, undefined);
    expect(queue.counts()).toMatchObject({ queued: 1, running: 0, done: 1, quarantined: 1 });
    expect(queue.counts().oldestMs).toBeGreaterThanOrEqual(0);
  });

  it('keeps names with newlines, emoji and quotes as they are', () => {
    const { queue } = open();
    const names = ['new\nline.png', '🔬 cell.png', "o'clock.png", `${'x'.repeat(251)}.png`];
    queue.enqueue(
      'left',
      names.map((name) => file(name)),
    );
    expect(queue.claim(10).map(({ path }) => path)).toEqual(names);
  });
});
