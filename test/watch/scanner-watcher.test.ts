import { mkdir, open, rename, utimes, writeFile, appendFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { directoryFirstTiff } from '../fixtures/directory-first-tiff.js';
import {
  announced,
  ManualHints,
  PNG,
  setUp,
  startedAndScanned,
  temporaryFolder,
  writePng,
  writeSlowly,
} from './fixtures.js';

describe.each(['native', 'polling'] as const)('with %s events', (watch) => {
  it('announces what was there before the start', async () => {
    const setup = await setUp({ watch });
    await writePng(setup.folder, 'a.png');
    await mkdir(path.join(setup.folder, 'day/tray'), { recursive: true });
    await writePng(setup.folder, 'day/tray/b.png');
    await setup.watcher.start();
    await setup.watcher.whenSettled();
    expect(setup.intake.announced.toSorted()).toEqual(['a.png', 'day/tray/b.png']);
    expect(setup.settled).toHaveLength(2);
  });

  it('announces a file that is created, without a rescan', async () => {
    const setup = await setUp({ watch });
    await startedAndScanned(setup);
    await writePng(setup.folder, 'a.png');
    await announced(setup.intake, 'a.png');
    expect(setup.rescans).toHaveLength(1);
  });

  it('announces a slowly written file once, and only when it is whole', async () => {
    const setup = await setUp({ watch, settle: { quietMs: 40, incompleteAfterMs: 60_000 } });
    await startedAndScanned(setup);
    const bytes = Buffer.concat([PNG.subarray(0, 33), Buffer.alloc(64), PNG.subarray(33)]);
    await writeSlowly(path.join(setup.folder, 'a.png'), bytes, async () => {
      // A pause in the writing longer than quietMs: seen by a look that comes after it.
      const before = performance.now();
      await vi.waitUntil(() => performance.now() - before > 60, { interval: 5 });
    });
    await announced(setup.intake, 'a.png');
    await setup.watcher.whenSettled();
    await setup.watcher.rescan();
    await setup.watcher.whenSettled();
    expect(setup.intake.announced).toEqual(['a.png']);
    expect(setup.intake.sizes).toEqual([bytes.length]);
  });

  it('announces a file that is renamed into place, with a time in the past', async () => {
    const setup = await setUp({ watch });
    await startedAndScanned(setup);
    await writePng(setup.folder, 'a.png.part');
    await utimes(path.join(setup.folder, 'a.png.part'), 1e9, 1e9);
    await rename(path.join(setup.folder, 'a.png.part'), path.join(setup.folder, 'a.png'));
    await announced(setup.intake, 'a.png');
    expect(setup.intake.announced).toEqual(['a.png']);
  });

  it('announces a file again that is replaced by another of its name', async () => {
    const setup = await setUp({ watch });
    await writePng(setup.folder, 'a.png');
    await startedAndScanned(setup);
    await announced(setup.intake, 'a.png');
    await writeFile(path.join(setup.folder, '.a'), Buffer.concat([PNG, Buffer.alloc(9)]));
    await rename(path.join(setup.folder, '.a'), path.join(setup.folder, 'a.png'));
    await vi.waitFor(() => expect(setup.intake.sizes).toEqual([PNG.length, PNG.length + 9]), 10_000);
  });

  it('announces what is in new and nested folders, also when it was there before the watch', async () => {
    const setup = await setUp({ watch });
    await startedAndScanned(setup);
    await mkdir(path.join(setup.folder, 'x/y/z'), { recursive: true });
    await writePng(setup.folder, 'x/y/z/early.png');
    await announced(setup.intake, 'x/y/z/early.png');
    await writePng(setup.folder, 'x/y/z/late.png');
    await announced(setup.intake, 'x/y/z/late.png');
    expect(setup.rescans).toHaveLength(1);
  });

  it('announces a whole tree that is moved into the folder', async () => {
    const setup = await setUp({ watch });
    const outside = await temporaryFolder();
    await mkdir(path.join(outside, 'tree/leaf'), { recursive: true });
    await writePng(outside, 'tree/a.png');
    await writePng(outside, 'tree/leaf/b.png');
    await startedAndScanned(setup);
    await rename(path.join(outside, 'tree'), path.join(setup.folder, 'tree'));
    await announced(setup.intake, 'tree/a.png', 'tree/leaf/b.png');
  });

  it('announces both names of the same bytes', async () => {
    const setup = await setUp({ watch });
    await startedAndScanned(setup);
    await Promise.all([writePng(setup.folder, 'a.png'), writePng(setup.folder, 'b.png')]);
    await announced(setup.intake, 'a.png', 'b.png');
  });

  it('announces a truncated file when it has been quiet for incompleteAfterMs', async () => {
    const setup = await setUp({ watch });
    await startedAndScanned(setup);
    const writtenMs = performance.now();
    await writeFile(path.join(setup.folder, 'cut.png'), PNG.subarray(0, 50));
    await writeFile(path.join(setup.folder, 'empty.png'), '');
    await announced(setup.intake, 'cut.png', 'empty.png');
    expect(performance.now() - writtenMs).toBeGreaterThanOrEqual(190);
  });

  it('gives a file that ends in zeros the same time, however old it says it is', async () => {
    const setup = await setUp({ watch });
    await startedAndScanned(setup);
    const size = { width: 40, height: 20 };
    const whole = directoryFirstTiff(new Uint8Array(40 * 20 * 3).fill(200), size);
    const half = Buffer.concat([whole.subarray(0, -900), Buffer.alloc(900)]);
    const writtenMs = performance.now();
    for (const [name, bytes] of Object.entries({ 'half.tif': half, 'none.tif': Buffer.alloc(2000) })) {
      await writeFile(path.join(setup.folder, `.${name}`), bytes);
      await utimes(path.join(setup.folder, `.${name}`), 1e9, 1e9);
      await rename(path.join(setup.folder, `.${name}`), path.join(setup.folder, name));
    }
    await announced(setup.intake, 'half.tif', 'none.tif');
    expect(performance.now() - writtenMs).toBeGreaterThanOrEqual(190);
  });

  it('announces a file that ended in zeros as soon as its pixels are there', async () => {
    const setup = await setUp({ watch, settle: { quietMs: 40, incompleteAfterMs: 60_000 } });
    await startedAndScanned(setup);
    const whole = directoryFirstTiff(new Uint8Array(40 * 20 * 3).fill(200), { width: 40, height: 20 });
    const handle = await open(path.join(setup.folder, 'a.tif'), 'w');
    await handle.truncate(whole.length);
    await handle.write(whole, 0, 1000, 0);
    await vi.waitUntil(() => setup.watcher.unsettled.count === 1);
    await handle.write(whole, 1000, whole.length - 1000, 1000);
    await handle.close();
    await announced(setup.intake, 'a.tif');
    expect(setup.intake.announced).toEqual(['a.tif']);
  });

  it('watches a folder that appears after the start', async () => {
    const parent = await temporaryFolder();
    const folder = path.join(parent, 'mount');
    const setup = await setUp({ watch, folder });
    await startedAndScanned(setup);
    expect(setup.failures).toMatchObject([{ code: 'scanner-folder-missing' }]);
    await mkdir(folder);
    await setup.watcher.rescan();
    await writePng(folder, 'a.png');
    await announced(setup.intake, 'a.png');
    expect(setup.rescans).toHaveLength(1);
  });

  it('continues when the folder is unmounted and mounted again', async () => {
    const folder = path.join(await temporaryFolder(), 'mount');
    await mkdir(folder);
    const setup = await setUp({ watch, folder });
    await startedAndScanned(setup);
    await rename(setup.folder, `${setup.folder}-away`);
    expect(await setup.watcher.rescan()).toMatchObject({ isComplete: false });
    await mkdir(setup.folder);
    expect(await setup.watcher.rescan()).toMatchObject({ isComplete: true, missed: 0 });
    await writePng(setup.folder, 'a.png');
    await announced(setup.intake, 'a.png');
  });
});

describe('a look', () => {
  it('reads a folder at once that has gone or is back since the last rescan, and no other', async () => {
    const folder = path.join(await temporaryFolder(), 'mount');
    await mkdir(folder);
    const setup = await setUp({ folder });
    await startedAndScanned(setup);
    await setup.watcher.look();
    expect(setup.rescans).toHaveLength(1);
    await rename(folder, `${folder}-away`);
    await setup.watcher.look();
    expect(setup.watcher.problem).toMatchObject({ code: 'scanner-folder-missing' });
    await setup.watcher.look();
    expect(setup.failures).toHaveLength(1);
    await rename(`${folder}-away`, folder);
    await setup.watcher.look();
    expect(setup.watcher.problem).toBeUndefined();
    expect(setup.rescans).toHaveLength(2);
  });

  it('finds a file in the place of the folder', async () => {
    const folder = path.join(await temporaryFolder(), 'mount');
    await writeFile(folder, 'no folder');
    const setup = await setUp({ folder });
    await startedAndScanned(setup);
    expect(setup.watcher.problem).toMatchObject({
      code: 'scanner-folder-invalid',
      message: `The folder ${folder} of scanner scope is a file, or inside one`,
    });
  });
});

describe('a folder that does not answer', () => {
  it('is not waited for, and is reported once, until it answers', async () => {
    let nowMs = 0;
    const clock = { monotonicMs: () => nowMs, wallMs: () => Date.now() };
    const hints = new ManualHints();
    const answers: (() => void)[] = [];
    hints.open = () => new Promise((resolve) => answers.push(resolve));
    const setup = await setUp({}, { clock, hints });
    const started = setup.watcher.start();
    const settled = setup.watcher.whenSettled();
    nowMs = 31_000;
    await setup.watcher.look();
    await settled;
    expect(setup.watcher.problem).toMatchObject({ code: 'scanner-folder-silent' });
    await setup.watcher.look();
    expect(setup.failures).toMatchObject([{ code: 'scanner-folder-silent' }]);
    answers.forEach((answer) => answer());
    await started;
    await setup.watcher.whenScanned();
    await setup.watcher.look();
    expect(setup.watcher.problem).toBeUndefined();
  });
});

describe('with native events', () => {
  it('announces a file again that is overwritten in place', async () => {
    const setup = await setUp();
    await writePng(setup.folder, 'a.png');
    await startedAndScanned(setup);
    await announced(setup.intake, 'a.png');
    await appendFile(path.join(setup.folder, 'a.png'), Buffer.alloc(5));
    await vi.waitFor(() => expect(setup.intake.sizes).toEqual([PNG.length, PNG.length + 5]), 10_000);
    expect(setup.rescans).toHaveLength(1);
  });
});

describe('with polling', () => {
  it('finds a file that is overwritten in place by a rescan', async () => {
    const setup = await setUp({ watch: 'polling' });
    await writePng(setup.folder, 'a.png');
    await startedAndScanned(setup);
    await announced(setup.intake, 'a.png');
    await appendFile(path.join(setup.folder, 'a.png'), Buffer.alloc(5));
    await setup.watcher.rescan();
    await setup.watcher.whenSettled();
    expect(setup.intake.sizes).toEqual([PNG.length, PNG.length + 5]);
  });
});
