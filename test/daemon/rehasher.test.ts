import { renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { configSchema } from '../../src/config/schema.js';
import { Rehasher, type RehasherParts } from '../../src/daemon/rehasher.js';
import type { SeenFile } from '../../src/files/seen-file.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { FileHasher } from '../../src/pool/file-hasher.js';
import { silent } from '../../src/telemetry/silent.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { recordOf } from '../fixtures/records.js';
import { compiled } from '../fixtures/compiled.js';

const THREAD = compiled('pool/worker/hash-thread.js');
const OLD = new Date('2020-01-01T00:00:00Z');

function seen(folder: string, path: string): SeenFile {
  const { size, mtimeMs, ctimeMs, ino: inode } = statSync(join(folder, path));
  return { path, size, mtimeMs, ctimeMs, inode };
}

/** Files of seven bytes that are done, and then in doubt, in a ledger with a separate rehasher. */
function setUp(files: number, parts: Partial<RehasherParts> = {}) {
  const folder = temporaryFolder();
  const paths = Array.from({ length: files }, (_, index) => `${index}.png`);
  for (const path of paths) write(folder, path, 'content');
  const ledger = Ledger.own(temporaryFolder(), () => []);
  ledger.queue.enqueue(
    'left',
    paths.map((path) => seen(folder, path)),
  );
  for (const claim of ledger.queue.claim(files))
    ledger.results.complete([{ claim, record: recordOf(claim, 'content') }]);
  const hasher = new FileHasher(THREAD);
  const startedAtMs: number[] = [];
  const told: { path: string; outcome: string }[] = [];
  const rehasher = new Rehasher({
    rehashes: ledger.rehashes,
    hasher: {
      hash: (request) => {
        startedAtMs.push(performance.now());
        return hasher.hash(request);
      },
      close: () => hasher.close(),
    },
    config: () =>
      configSchema.parse({
        stateFolder: folder,
        scanners: [{ name: 'left', folder }],
        models: { use: [{ model: 'lenet5' }] },
      }),
    telemetry: {
      ...silent('ledgerWriteFailed'),
      fileRehashed: ({ path, outcome }) => void told.push({ path, outcome }),
    },
    isBusy: () => false,
    pauses: { isPaused: false, pausedScanners: [] },
    onUnreachable: () => undefined,
    onQueued: () => undefined,
    ...parts,
  });
  onTestFinished(async () => {
    await rehasher.stop();
    ledger.close();
  });
  const doubt = (): void => {
    const all = paths.map((path) => ({ ...seen(folder, path), inode: 1 }));
    ledger.queue.unknownAmong('left', all);
  };
  return { folder, ledger, rehasher, startedAtMs, told, doubt, paths };
}

function write(folder: string, path: string, content: string): void {
  writeFileSync(join(folder, `.${path}`), content);
  utimesSync(join(folder, `.${path}`), OLD, OLD);
  renameSync(join(folder, `.${path}`), join(folder, path));
}

const gaps = (times: readonly number[]): number[] => times.slice(1).map((time, at) => time - times[at]!);

describe('The rehasher', () => {
  it('queues files that were replaced by another one, and no others', async () => {
    const { folder, ledger, rehasher, told, doubt } = setUp(3);
    write(folder, '1.png', 'another');
    doubt();
    rehasher.start();
    expect(await rehasher.hurry()).toBe(1);
    expect(told.toSorted((a, b) => a.path.localeCompare(b.path))).toEqual([
      { path: '0.png', outcome: 'same' },
      { path: '1.png', outcome: 'changed' },
      { path: '2.png', outcome: 'same' },
    ]);
    expect(ledger.queue.claim(5)).toMatchObject([{ path: '1.png', revision: 2 }]);
  });

  it('hashes twenty files a second at most', async () => {
    const { rehasher, startedAtMs, told, doubt } = setUp(5);
    doubt();
    rehasher.start();
    await vi.waitFor(() => expect(told).toHaveLength(5), { timeout: 15_000 });
    for (const gap of gaps(startedAtMs)) expect(gap).toBeGreaterThan(45);
  });

  it('hashes one file a second while images are classified', async () => {
    const { rehasher, startedAtMs, told, doubt } = setUp(3, { isBusy: () => true });
    doubt();
    rehasher.start();
    await vi.waitFor(() => expect(told).toHaveLength(3), { timeout: 15_000 });
    for (const gap of gaps(startedAtMs)) expect(gap).toBeGreaterThan(950);
  });

  it('skips a scanner whose folder is missing', async () => {
    const pauses = { isPaused: false, pausedScanners: ['left'] };
    const { rehasher, told, doubt } = setUp(1, { pauses });
    doubt();
    rehasher.start();
    expect(await rehasher.hurry()).toBe(0);
    expect(told).toEqual([]);
  });

  it('reports a folder that has gone, and tries again later', async () => {
    const onUnreachable = vi.fn<(scanner: string) => void>();
    const { folder, ledger, rehasher, doubt } = setUp(1, { onUnreachable });
    doubt();
    renameSync(folder, `${folder}-away`);
    onTestFinished(() => renameSync(`${folder}-away`, folder));
    rehasher.start();
    await rehasher.hurry();
    expect(onUnreachable).toHaveBeenCalledWith('left');
    expect(ledger.rehashes.next(['left'], 61_000)).toMatchObject({ path: '0.png' });
  });

  it('leaves files that are gone or were rewritten to the watcher', async () => {
    const { folder, ledger, rehasher, doubt } = setUp(2);
    doubt();
    renameSync(join(folder, '0.png'), join(folder, 'other.png'));
    write(folder, '1.png', 'much longer');
    rehasher.start();
    expect(await rehasher.hurry()).toBe(0);
    expect(ledger.rehashes.next(['left'], 3_600_000)).toBeUndefined();
  });
});
