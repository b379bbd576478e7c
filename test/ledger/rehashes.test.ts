import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SeenFile } from '../../src/files/seen-file.js';
import { Ledger, ledgerFile, type DoubtfulFile } from '../../src/ledger/ledger.js';
import { NEXT_TO_REHASH } from '../../src/ledger/rehashes.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { recordOf, sha256Of } from '../fixtures/records.js';

const YEAR_2020 = 1_577_836_800_000;
const SOON_MS = 2000;
const trace = { ctimeMs: YEAR_2020, inode: 7 };
const file = (path = 'a.png', more: Partial<SeenFile> = {}): SeenFile => ({
  path,
  size: 100,
  mtimeMs: YEAR_2020,
  ...trace,
  ...more,
});

function open(folder = temporaryFolder()): Ledger {
  const ledger = Ledger.own(folder, () => ['json']);
  onTestFinished(() => ledger.close());
  return ledger;
}

/** A ledger whose files are done, with `content` as their bytes and their deliveries made. */
function withDone(content: string, ...files: SeenFile[]): Ledger {
  const ledger = open();
  ledger.queue.enqueue('left', files);
  for (const claim of ledger.queue.claim(files.length))
    ledger.results.complete([{ claim, record: recordOf(claim, content) }]);
  ledger.outbox.remove('json', ledger.outbox.next('json', 100));
  return ledger;
}

const next = ({ rehashes }: Ledger): DoubtfulFile | undefined => rehashes.next(['left'], SOON_MS);

describe('A known file of the same size and modification time', () => {
  it('is not hashed again while its change time and inode are the same', () => {
    const ledger = withDone('old', file());
    expect(ledger.queue.unknownAmong('left', [file()])).toEqual([]);
    expect(next(ledger)).toBeUndefined();
  });

  it.each([
    ['change time', { ctimeMs: YEAR_2020 + 0.25 }],
    ['inode', { inode: 8 }],
  ])('is hashed again when its %s is another one, a while after the first sign of it', (_what, more) => {
    const ledger = withDone('old', file());
    expect(ledger.queue.unknownAmong('left', [file('a.png', more)])).toEqual([]);
    expect(next(ledger)).toMatchObject({ path: 'a.png', size: 100, sha256: sha256Of('old') });
    expect(ledger.rehashes.next(['left'])).toBeUndefined();
    expect(ledger.queue.counts()).toMatchObject({ queued: 0, done: 1 });
  });

  it('is hashed again for an event that its change time does not explain', () => {
    const recent = file('b.png', { ctimeMs: Date.now() });
    const ledger = withDone('old', file(), recent);
    ledger.queue.unknownAmong('left', [recent], true);
    expect(next(ledger)).toBeUndefined();
    ledger.queue.unknownAmong('left', [file()], true);
    expect(next(ledger)).toMatchObject({ path: 'a.png' });
  });

  it('waits in the ledger while no daemon runs', () => {
    const folder = temporaryFolder();
    const first = Ledger.own(folder, () => []);
    first.queue.enqueue('left', [file()]);
    const [claim] = first.queue.claim(1);
    first.results.complete([{ claim: claim!, record: recordOf(claim!, 'old') }]);
    first.queue.unknownAmong('left', [file('a.png', { inode: 8 })]);
    first.close();
    const second = open(folder);
    second.queue.recover();
    expect(next(second)).toMatchObject({ path: 'a.png' });
  });

  it('is read later anyway while it is queued', () => {
    const ledger = open();
    ledger.queue.enqueue('left', [file()]);
    ledger.queue.unknownAmong('left', [file('a.png', { inode: 8 })]);
    const [claim] = ledger.queue.claim(1);
    ledger.results.complete([{ claim: claim!, record: recordOf(claim!, 'old') }]);
    ledger.queue.unknownAmong('left', [file('a.png', { inode: 8 })]);
    expect(next(ledger)).toBeUndefined();
  });

  it('is hashed at the end of its work if it changed while it was in progress', () => {
    const ledger = open();
    ledger.queue.enqueue('left', [file()]);
    const [claim] = ledger.queue.claim(1);
    ledger.queue.unknownAmong('left', [file('a.png', { inode: 8 })]);
    expect(next(ledger)).toBeUndefined();
    ledger.results.complete([{ claim: claim!, record: recordOf(claim!, 'old') }]);
    expect(next(ledger)).toMatchObject({ path: 'a.png' });
  });
});

describe('What its bytes say', () => {
  const doubted = (ledger: Ledger): DoubtfulFile => {
    ledger.queue.unknownAmong('left', [file('a.png', { inode: 8 })]);
    return next(ledger)!;
  };

  it('is nothing where they are the same: no revision, no delivery, and no further hash', () => {
    const ledger = withDone('old', file());
    expect(ledger.rehashes.hashed(doubted(ledger), sha256Of('old'), { ...trace, inode: 8 })).toBe(false);
    expect(ledger.queue.counts()).toMatchObject({ queued: 0, done: 1 });
    expect(ledger.outbox.counts()).toEqual({});
    ledger.queue.unknownAmong('left', [file('a.png', { inode: 8 })]);
    expect(next(ledger)).toBeUndefined();
  });

  it('is a new revision where they are others', () => {
    const ledger = withDone('old', file());
    expect(ledger.rehashes.hashed(doubted(ledger), sha256Of('new'), { ...trace, inode: 8 })).toBe(true);
    expect(ledger.queue.claim(5)).toMatchObject([{ path: 'a.png', revision: 2, attempt: 1 }]);
    ledger.queue.unknownAmong('left', [file('a.png', { inode: 8 })]);
    expect(next(ledger)).toBeUndefined();
  });

  it('does not end a newer revision that was queued in the meantime', () => {
    const ledger = withDone('old', file());
    const before = doubted(ledger);
    ledger.queue.enqueue('left', [file('a.png', { size: 200 })]);
    ledger.rehashes.hashed(before, sha256Of('new'), trace);
    expect(ledger.queue.claim(5)).toMatchObject([{ size: 200, revision: 2 }]);
  });

  it.each([
    ['file-unreadable', true],
    ['image-kills-process', false],
    ['worker-lost', false],
  ])('of a file in quarantine that was not read: %s, queued again: %s', (code, isQueued) => {
    const ledger = open();
    ledger.queue.enqueue('left', [file()]);
    const [claim] = ledger.queue.claim(1);
    ledger.queue.quarantine(claim!, { code, reason: 'so' }, undefined);
    expect(ledger.rehashes.hashed(doubted(ledger), sha256Of('new'), trace)).toBe(isQueued);
  });

  it('can be asked for later where it cannot be read, and not at all where it has gone', () => {
    const ledger = withDone('old', file());
    ledger.rehashes.postpone(doubted(ledger), 60_000);
    expect(next(ledger)).toBeUndefined();
    expect(ledger.rehashes.next(['left'], 61_000)).toBeDefined();
    ledger.rehashes.forget(ledger.rehashes.next(['left'], 61_000)!);
    expect(ledger.rehashes.next(['left'], 61_000)).toBeUndefined();
  });
});

it('The files of a scanner that is not asked for are passed over', () => {
  const ledger = withDone('old', file());
  ledger.queue.unknownAmong('left', [file('a.png', { inode: 8 })]);
  expect(ledger.rehashes.next(['right'], SOON_MS)).toBeUndefined();
});

it('Finding the next file takes no longer the more files there are', () => {
  const folder = temporaryFolder();
  open(folder);
  const database = new DatabaseSync(ledgerFile(folder));
  onTestFinished(() => database.close());
  const plan = database.prepare(`EXPLAIN QUERY PLAN ${NEXT_TO_REHASH}`).all('left', 1);
  expect(plan).toMatchObject([{ detail: expect.stringContaining('files_to_rehash') as string }]);
});

it('A file whose change time and inode were not known when it was read is hashed once', () => {
  const ledger = open();
  ledger.queue.enqueue('left', [{ path: 'a.png', size: 100, mtimeMs: YEAR_2020 }]);
  const [claim] = ledger.queue.claim(1);
  ledger.queue.quarantine(claim!, { code: 'image-damaged', reason: 'so' }, sha256Of('old'));
  expect(ledger.queue.unknownAmong('left', [file()])).toEqual([]);
  expect(ledger.rehashes.hashed(next(ledger)!, sha256Of('old'), trace)).toBe(false);
  ledger.queue.unknownAmong('left', [file()]);
  expect(next(ledger)).toBeUndefined();
});
