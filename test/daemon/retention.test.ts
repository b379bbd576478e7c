import { DatabaseSync } from '@photostructure/sqlite';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import type { Config } from '../../src/config/schema.js';
import { Retention } from '../../src/daemon/retention.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { silent } from '../../src/telemetry/silent.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { recordOf, sha256Of } from '../fixtures/records.js';
import { Lab, ended } from './lab.js';

const DAY_MS = 86_400_000;

let folder: string;
let ledger: Ledger;
let incoming: string;
beforeEach(() => {
  folder = temporaryFolder();
  incoming = join(folder, 'in');
  mkdirSync(incoming);
  ledger = Ledger.own(join(folder, 'state'), () => []);
  onTestFinished(() => ledger.close());
});

function configured(more = 'retention: { ledgerDays: 30 }', afterwards = ''): Config {
  const text = `{ stateFolder: state, scanners: [{ name: left, folder: in ${afterwards} }], ${more} }`;
  return parseConfig(text, join(folder, 'lab.yaml'));
}

/** Classifies files that are in the folder. */
function classified(...paths: string[]): void {
  for (const path of paths) writeFileSync(join(incoming, path), path);
  ledger.queue.enqueue(
    'left',
    paths.map((path) => ({ path, size: 1, mtimeMs: 1 })),
  );
  ledger.results.complete(
    ledger.queue.claim(100).map((claim) => ({ claim, record: recordOf(claim, claim.path) })),
  );
}

/** Runs the steps as the daemon's timer does, `days` later, until both walks are over. */
async function passed(days: number, config = configured()): Promise<{ files: number; results: number }> {
  let removed = { files: 0, results: 0 };
  const retention = new Retention({
    pruning: ledger.pruning,
    config: () => config,
    now: () => Date.now() + days * DAY_MS,
    telemetry: {
      ...silent('ledgerWriteFailed', 'documentsPruned', 'documentPruningFailed'),
      ledgerPruned: (event) => (removed = event),
    },
  });
  for (let step = 0; step < 4; step += 1) await retention.step();
  await retention.stop();
  return removed;
}

describe('Retention', () => {
  it('removes what is old and gone; files still in the folder stay known, and are not classified again', async () => {
    classified('gone.png', 'kept.png');
    rmSync(join(incoming, 'gone.png'));
    expect(await passed(31)).toEqual({ files: 1, results: 1 });
    const seen = ['gone.png', 'kept.png'].map((path) => ({ path, size: 1, mtimeMs: 1 }));
    expect(ledger.queue.unknownAmong('left', seen)).toMatchObject([{ path: 'gone.png' }]);
    expect(ledger.results.find(sha256Of('kept.png'))).toBeDefined();
  });

  it('leaves what is younger', async () => {
    classified('gone.png', 'kept.png');
    rmSync(join(incoming, 'gone.png'));
    expect(await passed(29)).toEqual({ files: 0, results: 0 });
  });

  it('does nothing unless configured', async () => {
    classified('gone.png', 'kept.png');
    rmSync(join(incoming, 'gone.png'));
    expect(await passed(10_000, configured('log: {}'))).toEqual({ files: 0, results: 0 });
  });

  it.each([
    ['that is missing', () => renameSync(incoming, `${incoming}-unmounted`)],
    ['that is empty, as where a share is not mounted', () => rmSync(join(incoming, 'a.png'))],
  ])('does not treat a folder %s as proof', async (_, unmount) => {
    classified('a.png');
    unmount();
    expect(await passed(31)).toEqual({ files: 0, results: 0 });
  });

  it('treats an empty folder as proof if the daemon itself moves or deletes the images', async () => {
    classified('a.png');
    rmSync(join(incoming, 'a.png'));
    const config = configured('retention: { ledgerDays: 30 }', ', afterwards: { action: delete }');
    expect(await passed(31, config)).toEqual({ files: 1, results: 1 });
  });

  it('leaves files of scanners that are not configured any more, and names that are not UTF-8', async () => {
    classified('kept.png');
    ledger.queue.enqueue('right', [{ path: 'x.png', size: 1, mtimeMs: 1 }]);
    ledger.queue.enqueue('left', [{ path: '\uFFFD.png', size: 1, mtimeMs: 1 }]);
    ledger.results.complete(
      ledger.queue.claim(10).map((claim) => ({ claim, record: recordOf(claim, claim.path) })),
    );
    expect(await passed(31)).toEqual({ files: 0, results: 0 });
  });

  it('keeps labels, which people gave', async () => {
    classified('gone.png', 'kept.png');
    const label = {
      class: 'lymphocyte',
      by: 'anna',
      source: 'command',
      at: '2026-01-01T00:00:00.000Z',
    } as const;
    ledger.labels.give([{ target: { sha256: sha256Of('gone.png') }, label }]);
    rmSync(join(incoming, 'gone.png'));
    expect(await passed(31)).toEqual({ files: 1, results: 1 });
    expect(ledger.labels.find(sha256Of('gone.png'))).toEqual(label);
  });

  it('reuses pages of its ledger: it does not grow from year to year', async () => {
    const year = async (name: string): Promise<number> => {
      const paths = Array.from({ length: 90 }, (_, index) => `${name}-${index}.png`);
      for (let part = 0; part < 5; part += 1) classified(...paths.map((path) => `${part}-${path}`));
      for (const path of paths)
        for (let part = 0; part < 5; part += 1) rmSync(join(incoming, `${part}-${path}`));
      await passed(31);
      ledger.checkpoint();
      return ledger.bytes().database;
    };
    classified('kept.png');
    const first = await year('first');
    await year('second');
    expect(await year('third')).toBeLessThan(first * 1.3);
  });
});

it('A daemon prunes by itself, and neither forgets nor repeats what is still in its folder', async () => {
  const lab = await Lab.open();
  await lab.scan('gone.png', 1);
  await lab.scan('kept.png', 2);
  expect(await lab.run('--once').exit()).toBe(0);
  // A year ago.
  const database = new DatabaseSync(join(lab.folder, 'state', 'ledger.sqlite'));
  database.exec(
    'UPDATE files SET finished_at = finished_at - 31536000000; UPDATE results SET recorded_at = recorded_at - 31536000000',
  );
  database.close();
  rmSync(lab.path('gone.png'));
  lab.configure({ retention: { ledgerDays: 30 } });
  const daemon = lab.run();
  const pruned = await daemon.logged(({ msg }) => msg.includes('removed from the ledger'));
  expect(pruned).toMatchObject({ files: 1, results: 1 });
  await ended(daemon, 1);
  await lab.scan('new.png', 3);
  await ended(daemon, 2);
  expect(daemon.log.filter(({ msg }) => msg.includes('could not'))).toEqual([]);
  expect(await daemon.stop()).toBe(0);
  const paths = await lab.withLedger(({ browse }) =>
    browse.results({ limit: 9 }).map(({ record }) => record.image.path),
  );
  expect(paths).toEqual(['new.png', 'kept.png']);
});
