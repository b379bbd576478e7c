import { appendFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { ManualHints, announced, PNG, setUp, startedAndScanned, writePng } from './fixtures.js';

/** An hour on, so that what was written just now has been there for long. */
const anHourOn = { wallMs: () => Date.now() + 3_600_000, monotonicMs: () => performance.now() };

describe('a rescan', () => {
  it('finds what events have missed, counts it, and sets the watch again', async () => {
    const hints = new ManualHints();
    const setup = await setUp({}, { hints, clock: anHourOn });
    await writePng(setup.folder, 'before.png');
    await startedAndScanned(setup);
    await writePng(setup.folder, 'missed.png');
    expect(await setup.watcher.rescan()).toMatchObject({ files: 2, unknown: 1, missed: 1 });
    await announced(setup.intake, 'before.png', 'missed.png');
    expect(setup.rescans.map(({ missed }) => missed)).toEqual([0, 1]);
    expect(hints.opened).toBe(2);
  });

  it('does not count as missed what has only just been written', async () => {
    const setup = await setUp({}, { hints: new ManualHints() });
    await startedAndScanned(setup);
    await writePng(setup.folder, 'a.png');
    expect(await setup.watcher.rescan()).toMatchObject({ unknown: 1, missed: 0 });
  });

  it('tells the ledger what the file system knows of a file, and of which files an event has told', async () => {
    const hints = new ManualHints();
    const setup = await setUp({}, { hints });
    await writePng(setup.folder, 'a.png');
    await startedAndScanned(setup);
    await announced(setup.intake, 'a.png');
    expect(setup.intake.changing).toEqual([]);
    hints.listener?.file('a.png');
    const { ino, ctimeMs } = await stat(path.join(setup.folder, 'a.png'));
    await vi.waitFor(() =>
      expect(setup.intake.changing).toMatchObject([{ path: 'a.png', inode: ino, ctimeMs }]),
    );
  });

  it('announces nothing to a ledger that knows everything', async () => {
    const first = await setUp();
    for (const name of ['a.png', 'b.png']) await writePng(first.folder, name);
    await first.watcher.start();
    await first.watcher.whenSettled();
    await first.watcher.stop();
    const again = await setUp({ folder: first.folder }, { intake: first.intake });
    await again.watcher.start();
    await again.watcher.whenSettled();
    expect(first.intake.announced).toHaveLength(2);
    expect(again.settled).toEqual([]);
  });

  it('runs once at a time, and once more for all requests in the meantime', async () => {
    const setup = await setUp();
    await setup.watcher.start();
    await Promise.all([setup.watcher.rescan(), setup.watcher.rescan(), setup.watcher.rescan()]);
    expect(setup.rescans).toHaveLength(2);
  });

  it('follows by itself in the interval', async () => {
    const setup = await setUp({ rescanIntervalMs: 1000 }, { hints: new ManualHints() });
    await startedAndScanned(setup);
    await writePng(setup.folder, 'a.png');
    await announced(setup.intake, 'a.png');
    expect(setup.rescans).toHaveLength(2);
  });

  it('asks the ledger about a few hundred files at once, at most', async () => {
    const setup = await setUp();
    await Promise.all(Array.from({ length: 700 }, (_, index) => writePng(setup.folder, `${index}.png`)));
    await setup.watcher.start();
    await setup.watcher.whenSettled();
    expect(setup.intake.announced).toHaveLength(700);
    expect(setup.intake.largestQuestion).toBeLessThanOrEqual(256);
  });

  it('takes more files than may wait at once, in several rounds', async () => {
    const setup = await setUp({ settle: { quietMs: 40, incompleteAfterMs: 80 } }, { maxUnsettled: 10 });
    await Promise.all(
      Array.from({ length: 35 }, (_, index) => writeFile(path.join(setup.folder, `${index}.png`), 'cut')),
    );
    await startedAndScanned(setup);
    expect(setup.watcher.unsettled.count).toBeLessThanOrEqual(10);
    await setup.watcher.whenSettled();
    expect(new Set(setup.intake.announced).size).toBe(35);
    expect(setup.intake.announced).toHaveLength(35);
  });

  it('still waits for files that have not settled when those around them have', async () => {
    const setup = await setUp({ settle: { quietMs: 40, incompleteAfterMs: 60_000 } });
    const cut = ['cut-0.png', 'cut-1.png', 'cut-2.png'];
    await Promise.all(cut.map((name) => writeFile(path.join(setup.folder, name), PNG.subarray(0, 50))));
    const whole = Array.from({ length: 300 }, (_, index) => `${index}.png`);
    await Promise.all(whole.map((name) => writePng(setup.folder, name)));
    await startedAndScanned(setup);
    await announced(setup.intake, ...whole);
    expect(setup.watcher.unsettled.count).toBe(cut.length);
    await Promise.all(cut.map((name) => writePng(setup.folder, name)));
    await setup.watcher.whenSettled();
    expect(setup.intake.announced.toSorted()).toEqual([...cut, ...whole].toSorted());
  });

  it('keeps what the ledger refuses, and offers it again', async () => {
    const hints = new ManualHints();
    const setup = await setUp({}, { hints });
    await writePng(setup.folder, 'a.png');
    setup.intake.failure = new Error('disk full');
    await setup.watcher.start();
    expect(await setup.watcher.whenScanned()).toMatchObject({ isComplete: false });
    hints.listener!.file('a.png');
    await vi.waitFor(() => expect(setup.failures.length).toBeGreaterThanOrEqual(2));
    setup.intake.failure = undefined;
    hints.listener!.file('a.png');
    await vi.waitUntil(() => setup.watcher.unsettled.count === 1, { interval: 1 });
    setup.intake.failure = new Error('disk full');
    await vi.waitFor(() => expect(setup.failures.length).toBeGreaterThanOrEqual(3));
    expect(setup.watcher.unsettled.count).toBe(1);
    setup.intake.failure = undefined;
    await announced(setup.intake, 'a.png');
  });
});

describe('a file that never stops growing', () => {
  it('never settles, and is shown with its age', async () => {
    const setup = await setUp({ settle: { quietMs: 100, incompleteAfterMs: 100 } });
    await startedAndScanned(setup);
    const file = path.join(setup.folder, 'endless.png');
    await writeFile(file, PNG);
    await vi.waitUntil(
      async () => {
        await appendFile(file, PNG);
        return setup.watcher.unsettled.oldestMs > 400;
      },
      { interval: 10 },
    );
    expect(setup.intake.announced).toEqual([]);
    expect(setup.watcher.unsettled.count).toBe(1);
    await announced(setup.intake, 'endless.png');
  });
});

describe('stop', () => {
  it('is silent afterwards, resolves pending waits, and may be called again', async () => {
    const setup = await setUp({ settle: { quietMs: 60_000, incompleteAfterMs: 60_000 } });
    await writePng(setup.folder, 'a.png');
    await startedAndScanned(setup);
    const settled = setup.watcher.whenSettled();
    await Promise.all([setup.watcher.stop(), setup.watcher.stop()]);
    await settled;
    expect(setup.intake.announced).toEqual([]);
    expect(await setup.watcher.rescan()).toMatchObject({ isComplete: false });
    expect(setup.failures).toEqual([]);
  });

  it('may come in the middle of the first rescan', async () => {
    const setup = await setUp();
    await Promise.all(Array.from({ length: 600 }, (_, index) => writePng(setup.folder, `${index}.png`)));
    await setup.watcher.start();
    await setup.watcher.stop();
    const { length } = setup.intake.announced;
    expect(await setup.watcher.whenScanned()).toMatchObject({ isComplete: false });
    expect(setup.intake.announced).toHaveLength(length);
  });
});

it('continues by rescans alone when no watch can be set', async () => {
  const hints = new ManualHints();
  const setup = await setUp({}, { hints });
  await startedAndScanned(setup);
  const outOfWatches = Object.assign(new Error('System limit for number of file watchers reached'), {
    code: 'ENOSPC',
  });
  hints.listener!.failed(outOfWatches);
  expect(setup.failures).toEqual([outOfWatches]);
  await writePng(setup.folder, 'a.png');
  await setup.watcher.rescan();
  await announced(setup.intake, 'a.png');
});

it('does not reject when the source of hints breaks', async () => {
  const setup = await setUp(
    {},
    {
      hints: { open: () => Promise.reject(new Error('broken')), close: () => Promise.resolve() },
    },
  );
  await writePng(setup.folder, 'a.png');
  await setup.watcher.start();
  await setup.watcher.whenSettled();
  expect(setup.intake.announced).toEqual(['a.png']);
  expect(setup.failures).toMatchObject([{ message: 'broken' }]);
});
