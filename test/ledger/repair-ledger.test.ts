import { DatabaseSync } from '@photostructure/sqlite';
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Ledger, ledgerFile } from '../../src/ledger/ledger.js';
import { repairLedger, type RepairedLedger } from '../../src/ledger/repair/repair-ledger.js';
import { verifyLedger } from '../../src/ledger/verify/verify-ledger.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { recordOf, sha256Of } from '../fixtures/records.js';
import {
  destroyPages,
  fill,
  filledLedger,
  nameOf,
  overwrite,
  PAGE_BYTES,
  pagesOf,
  pagesOfTable,
  type Filled,
} from './filled.js';

const repair = (state: string): RepairedLedger => {
  const repaired = repairLedger(state, () => ['json']);
  if (!repaired) throw new Error('nothing was repaired');
  return repaired;
};

/**
 * What nothing-lost means after a repair: the ledger is right, and every image either has its result or will
 * be worked on once its scanner's folder was looked into.
 */
function expectNothingLost({ state, file, files }: Filled): { again: number; requeued: number } {
  expect(verifyLedger(file).problems).toEqual([]);
  const ledger = Ledger.own(state, () => ['json']);
  onTestFinished(() => ledger.close());
  const all = Array.from({ length: files }, (_, index) => ({
    path: nameOf(index),
    size: index + 1,
    mtimeMs: index + 1,
  }));
  const unknown = ledger.queue.unknownAmong('left', all);
  const known = [...ledger.browse.files('left')].filter(({ path }) => all.some((file) => file.path === path));
  expect(unknown.length + known.length).toBe(files);
  for (const { state: is, record, path } of known) {
    expect(['done', 'queued']).toContain(is);
    if (is === 'done') expect(record?.image).toMatchObject({ path, sha256: sha256Of(path) });
  }
  return { again: unknown.length, requeued: known.filter(({ state: is }) => is === 'queued').length };
}

describe('A repair of', () => {
  it('a whole ledger leaves it as it is', () => {
    const { state, file } = filledLedger(20);
    const before = readFileSync(file);
    expect(repairLedger(state, () => [])).toBeUndefined();
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it.each([
    'results',
    'files',
    'outbox',
    'labels',
    'label_history',
    'files_by_result',
    'labelled_predictions',
  ])('a ledger with damaged leaf pages of %s recovers the rest', (table) => {
    const filled = filledLedger(600);
    const leaves = pagesOfTable(filled.file, table);
    destroyPages(
      filled.file,
      leaves.filter((_, index) => index % 4 === 1 || leaves.length === 1),
    );
    const damaged = readFileSync(filled.file);
    const { damagedFile, tables } = repair(filled.state);
    expect(readFileSync(damagedFile).equals(damaged)).toBe(true);
    const { again, requeued } = expectNothingLost(filled);
    if (table === 'results') expect([again, requeued > 0, requeued < 400]).toEqual([0, true, true]);
    else if (table === 'files') expect([again > 0, again < 400, requeued]).toEqual([true, true, 0]);
    else expect([again, requeued]).toEqual([0, 0]);
    if (!['label_history'].includes(table)) expect(tables['labels']!.recovered).toBeGreaterThan(0);
  });

  it.each(['results', 'files'])(
    'a ledger whose table %s has lost its root recovers what hangs elsewhere',
    (table) => {
      const filled = filledLedger(600);
      destroyPages(filled.file, pagesOfTable(filled.file, table, 'internal').slice(0, 1), 0x5a);
      const { tables } = repair(filled.state);
      expect(tables[table]!.why).toContain('malformed');
      expectNothingLost(filled);
    },
  );

  it('a ledger with a header of zeros recovers all of it', () => {
    const filled = filledLedger();
    overwrite(filled.file, 0, Buffer.alloc(100));
    repair(filled.state);
    expect(expectNothingLost(filled)).toEqual({ again: 0, requeued: 0 });
  });

  it('a ledger without its first page recovers all of it', () => {
    const filled = filledLedger();
    destroyPages(filled.file, [1], 0xff);
    repair(filled.state);
    expect(expectNothingLost(filled)).toEqual({ again: 0, requeued: 0 });
  });

  it.each([0.9, 0.5])('a ledger that is cut off after %f of its length recovers what is left', (share) => {
    const filled = filledLedger(600);
    truncateSync(filled.file, Math.floor(pagesOf(filled.file) * share) * PAGE_BYTES - 1000);
    repair(filled.state);
    expectNothingLost(filled);
  });

  it('a ledger with flipped bits anywhere never ends with a wrong one', () => {
    const seed = { value: 42 };
    for (let round = 0; round < 15; round += 1) {
      const filled = filledLedger(120);
      const bytes = readFileSync(filled.file);
      for (let flip = 0; flip < 20; flip += 1) {
        seed.value = (seed.value * 1_103_515_245 + 12_345) % 2_147_483_648;
        const at = 100 + (seed.value % (bytes.length - 100));
        bytes[at] = (bytes[at] ?? 0) ^ (1 << (round % 8));
      }
      writeFileSync(filled.file, bytes);
      const before = verifyLedger(filled.file).problems;
      // A change in free space, or of a digit of a size, cannot be detected.
      if (before.length === 0) continue;
      repair(filled.state);
      expect(verifyLedger(filled.file).problems).toEqual([]);
    }
  });

  it('a ledger whose write-ahead log was lost continues from the last checkpoint', () => {
    const state = temporaryFolder();
    const daemon = Ledger.own(state, () => ['json']);
    fill(daemon, 40);
    daemon.checkpoint();
    daemon.queue.enqueue('left', [{ path: 'lost.png', size: 1, mtimeMs: 1 }]);
    // As after a kill: the files are taken while the connection is open.
    const copy = temporaryFolder();
    writeFileSync(ledgerFile(copy), readFileSync(ledgerFile(state)));
    daemon.close();
    expect(verifyLedger(ledgerFile(copy)).problems).toEqual([]);
    const ledger = Ledger.own(copy, () => ['json']);
    onTestFinished(() => ledger.close());
    expect(ledger.queue.unknownAmong('left', [{ path: 'lost.png', size: 1, mtimeMs: 1 }])).toHaveLength(1);
  });

  it('a damaged ledger takes what only its write-ahead log has, and keeps the log', () => {
    const state = temporaryFolder();
    const daemon = Ledger.own(state, () => ['json']);
    fill(daemon, 200);
    daemon.checkpoint();
    const [file] = [ledgerFile(state)];
    daemon.queue.enqueue('left', [{ path: 'late.png', size: 7, mtimeMs: 7 }]);
    const [late] = daemon.queue.claim(1);
    daemon.results.complete([{ claim: late!, record: recordOf(late!, 'late.png') }]);
    const copy = temporaryFolder();
    writeFileSync(ledgerFile(copy), readFileSync(file));
    writeFileSync(`${ledgerFile(copy)}-wal`, readFileSync(`${file}-wal`));
    daemon.close();
    destroyPages(ledgerFile(copy), [pagesOfTable(ledgerFile(copy), 'label_history', 'any')[0]!], 0x77);
    destroyPages(ledgerFile(copy), [pagesOfTable(ledgerFile(copy), 'results')[2]!], 0x77);
    const { damagedFile } = repair(copy);
    expect(existsSync(`${damagedFile}-wal`)).toBe(true);
    const ledger = Ledger.own(copy, () => []);
    onTestFinished(() => ledger.close());
    expect(ledger.results.find(sha256Of('late.png'))?.record.image.path).toBe('late.png');
  });

  it('contradictory rows queues files without a result again, and recounts', () => {
    const filled = filledLedger(30);
    const database = new DatabaseSync(filled.file, { enableForeignKeyConstraints: false });
    database.exec(`DELETE FROM results WHERE id IN (3, 4); UPDATE counts SET files = 999;
      UPDATE files SET result_id = 9 WHERE id = 8; UPDATE results SET record = '{' WHERE id = 20`);
    database.close();
    const { requeued, tables } = repair(filled.state);
    expect(requeued).toBe(4);
    expect(tables['results']!.refused).toBe(1);
    expect(expectNothingLost(filled)).toEqual({ again: 0, requeued: 4 });
  });
});

describe('Deliveries', () => {
  it('that cannot be read are owed again, as those of the last day; the others stay owed once', () => {
    const filled = filledLedger(300);
    const leaves = pagesOfTable(filled.file, 'outbox');
    destroyPages(filled.file, [leaves[1]!]);
    expect(repair(filled.state).redelivered).toBeGreaterThan(0);
    const ledger = Ledger.own(filled.state, () => ['json']);
    onTestFinished(() => ledger.close());
    expect(ledger.outbox.counts()).toEqual({ json: 300 });
  });

  it('that can all be read stay as they are', () => {
    const filled = filledLedger(300);
    destroyPages(filled.file, [pagesOfTable(filled.file, 'labels', 'any')[0]!]);
    expect(repair(filled.state).redelivered).toBe(0);
  });
});

it('A file that is queued again because its result is lost is classified again, once', () => {
  const filled = filledLedger(30);
  const database = new DatabaseSync(filled.file, { enableForeignKeyConstraints: false });
  database.exec('DELETE FROM results WHERE id = 3');
  database.close();
  repair(filled.state);
  const ledger = Ledger.own(filled.state, () => ['json']);
  onTestFinished(() => ledger.close());
  ledger.queue.recover();
  const claim = ledger.queue.claim(10).find(({ path }) => path === nameOf(2));
  expect(claim).toMatchObject({ attempt: 1, reclassify: true });
  expect(ledger.results.complete([{ claim: claim!, record: recordOf(claim!, claim!.path) }])).toEqual([
    'classified',
  ]);
});

describe('A repair is refused', () => {
  it('while a daemon runs', () => {
    const state = temporaryFolder();
    const ledger = Ledger.own(state, () => []);
    onTestFinished(() => ledger.close());
    expect(() => repairLedger(state, () => [])).toThrow(expect.objectContaining({ code: 'ledger-in-use' }));
  });

  it('where nothing can be read: the file stays in its place', () => {
    const { state, file } = filledLedger(30);
    writeFileSync(file, Buffer.alloc(pagesOf(file) * PAGE_BYTES, 0xee));
    expect(() => repairLedger(state, () => [])).toThrow(
      expect.objectContaining({ code: 'ledger-unrecoverable' }),
    );
    expect(readFileSync(file)[0]).toBe(0xee);
    expect(readdirSync(state).filter((name) => name.includes('repair'))).toEqual([]);
  });

  it('of a ledger that a later Smearwatch wrote', () => {
    const { state, file } = filledLedger(3);
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(() => repairLedger(state, () => [])).toThrow(expect.objectContaining({ code: 'ledger-newer' }));
  });
});

describe('A repair that was killed', () => {
  /**
   * Makes the state of a repair that was killed `steps` renames after the new ledger was complete and noted.
   */
  function killed(steps: number): Filled {
    const filled = filledLedger(30);
    const { state, file } = filled;
    const names = { damaged: 'ledger-damaged-x.sqlite', repaired: 'ledger-repaired-x.sqlite' };
    const moves = [
      () => writeFileSync(join(state, names.damaged), readFileSync(file)),
      () => rmSync(file),
      () => writeFileSync(`${join(state, names.damaged)}-wal`, 'old log'),
      () => rmSync(`${file}-wal`),
      () => writeFileSync(file, readFileSync(join(state, names.repaired))),
      () => rmSync(join(state, names.repaired)),
    ];
    writeFileSync(join(state, names.repaired), readFileSync(file));
    writeFileSync(file, 'damaged');
    writeFileSync(`${file}-wal`, 'old log');
    writeFileSync(`${file}-repair.json`, JSON.stringify({ version: 1, ...names }));
    for (const move of moves.slice(0, steps * 2)) move();
    return filled;
  }

  it.each([0, 1, 2, 3])('after %i of its renames is finished by the next daemon', (steps) => {
    const filled = killed(steps);
    expect(() => Ledger.visit(filled.state)).toThrow(expect.objectContaining({ code: 'ledger-in-repair' }));
    Ledger.own(filled.state, () => []).close();
    expect(expectNothingLost(filled)).toEqual({ again: 0, requeued: 0 });
    expect(readFileSync(join(filled.state, 'ledger-damaged-x.sqlite'), 'utf8')).toBe('damaged');
    expect(readFileSync(join(filled.state, 'ledger-damaged-x.sqlite-wal'), 'utf8')).toBe('old log');
    expect(existsSync(`${filled.file}-repair.json`)).toBe(false);
    Ledger.visit(filled.state).close();
  });

  it('before that has changed nothing but for a folder, which the next one removes', () => {
    const filled = filledLedger(30);
    overwrite(filled.file, 0, Buffer.alloc(100));
    const left = join(filled.state, 'ledger-repair.tmp');
    rmSync(left, { recursive: true, force: true });
    writeFileSync(left, 'half a copy');
    repair(filled.state);
    expect(existsSync(left)).toBe(false);
  });
});

it('A daemon that finds a damaged ledger names the command that repairs it', () => {
  const { state, file } = filledLedger(30);
  overwrite(file, 0, Buffer.alloc(100));
  const refusal = expect.objectContaining({
    code: 'ledger-damaged',
    hint: expect.stringContaining('smearwatch ledger repair') as string,
  }) as Error;
  expect(() => Ledger.own(state, () => [])).toThrow(refusal);
  // The refusal leaves the folder free.
  expect(() => Ledger.own(state, () => [])).toThrow(refusal);
  const filled = filledLedger(300);
  destroyPages(filled.file, pagesOfTable(filled.file, 'results'));
  const ledger = Ledger.own(filled.state, () => []);
  onTestFinished(() => ledger.close());
  expect(ledger.damage).toBeUndefined();
  expect(() => ledger.browse.results({ limit: 10 })).toThrow(refusal);
  // What /readyz says from then on.
  expect(ledger.damage).toContain('malformed');
});
