import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { link, mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFileFilter } from '../../src/files/file-patterns.js';
import { makeTooDeep } from '../fixtures/too-deep.js';
import {
  announced,
  PNG,
  scannerFor,
  setUp,
  startedAndScanned,
  temporaryFolder,
  writePng,
} from './fixtures.js';

describe('createFileFilter', () => {
  const filter = createFileFilter(
    scannerFor('/spool', { afterwards: { action: 'move', to: '/spool/done' } }),
  );

  it.each(['a.png', 'A.PNG', 'day/tray/b.TiFf', 'new\nline/c\nd.png', 'é🔬.bmp', `${'n'.repeat(251)}.png`])(
    'takes %j',
    (name) => expect(filter.isImage(name)).toBe(true),
  );

  it.each(['a.txt', '.a.png', 'day/.a.png', 'a.png.tmp', 'a.png.PART', 'a.png.partial', 'png'])(
    'leaves %j',
    (name) => expect(filter.isImage(name)).toBe(false),
  );

  it('ignores temporary files, even if a pattern matches them', () => {
    const every = createFileFilter(scannerFor('/spool', { patterns: ['**'] }));
    expect(['x', 'x.tmp', '.x', 'y/x.part'].filter((name) => every.isImage(name))).toEqual(['x']);
  });

  const SYSTEM = [
    '@eaDir/a.png/SYNOPHOTO_THUMB_XL.png',
    'day/@EADIR/a.png/T.jpg',
    '#recycle/a.png',
    '$RECYCLE.BIN/S-1-5-21/$R1.png',
    'System Volume Information/x.png',
    'lost+found/x.png',
    'FOUND.000/x.png',
    '~snapshot/daily/a.png',
    '@Recently-Snapshot/a.png',
    '@Recycle/a.png',
    'Network Recycle Bin 1/a.png',
    '__MACOSX/a.png',
    'a.png@SynoEAStream',
    'Thumbs.db',
    'day/desktop.ini',
  ];

  it.each(SYSTEM)('ignores %j, which a server or system made, even if a pattern matches it', (name) => {
    const every = createFileFilter(scannerFor('/spool', { patterns: ['**'] }));
    expect(every.isImage(name)).toBe(false);
  });

  it('does not look into the folders of servers and systems, at any depth', () => {
    const folders = [
      '@eaDir',
      'x/#recycle',
      'x/y/LOST+FOUND',
      '~snapshot',
      '@eaDir/a.png',
      'eaDir',
      'found.png',
    ];
    expect(folders.filter((name) => filter.isWatchedFolder(name))).toEqual(['eaDir', 'found.png']);
  });

  it('leaves what the configuration excludes, with all that is in it', () => {
    const some = createFileFilter(
      scannerFor('/spool', { exclude: ['Calibration', '**/*_thumb.*', 'old/**', 'days/*/test'] }),
    );
    const folders = ['calibration', 'calibration/x', 'day/calibration', 'old', 'days/1/test', 'days/1'];
    expect(folders.filter((name) => some.isWatchedFolder(name))).toEqual(['day/calibration', 'days/1']);
    const files = [
      'calibration/x/a.png',
      'a_thumb.png',
      'day/b_THUMB.jpg',
      'old/a.png',
      'days/1/test/a.png',
      'days/1/a.png',
      'a.png',
    ];
    expect(files.filter((name) => some.isImage(name))).toEqual(['days/1/a.png', 'a.png']);
  });

  it('takes patterns relative to the folder', () => {
    const top = createFileFilter(scannerFor('/spool', { patterns: ['*.png', 'slides/*.jpg'] }));
    expect(['a.png', 'b/a.png', 'slides/x.JPG'].filter((name) => top.isImage(name))).toEqual([
      'a.png',
      'slides/x.JPG',
    ]);
  });

  it('does not look into hidden folders, nor where finished images are moved to', () => {
    expect(['day', '.snapshot', 'day/.x', 'done'].filter((name) => filter.isWatchedFolder(name))).toEqual([
      'day',
    ]);
  });
});

describe('the watcher', () => {
  it('neither looks into excluded folders nor hears of them', async () => {
    const setup = await setUp({ exclude: ['calibration'] });
    for (const folder of ['@eaDir/a.png', 'calibration', 'day']) {
      await mkdir(path.join(setup.folder, folder), { recursive: true });
      await writePng(setup.folder, `${folder}/before.png`);
    }
    await startedAndScanned(setup);
    for (const folder of ['@eaDir/a.png', 'calibration', 'day'])
      await writePng(setup.folder, `${folder}/after.png`);
    await announced(setup.intake, 'day/before.png', 'day/after.png');
    await setup.watcher.rescan();
    await setup.watcher.whenSettled();
    expect(setup.intake.announced.toSorted()).toEqual(['day/after.png', 'day/before.png']);
  });

  it('handles every file name that the file system allows', async () => {
    const setup = await setUp();
    const names = [
      'new\nline.png',
      '🔬 é "\'.png',
      `${'n'.repeat(251)}.png`,
      'back\\slash.png',
      '-rf *.png',
      '%00.png',
    ];
    for (const name of names.slice(0, 3)) await writePng(setup.folder, name);
    await startedAndScanned(setup);
    for (const name of names.slice(3)) await writePng(setup.folder, name);
    await announced(setup.intake, ...names);
    expect(setup.intake.announced.toSorted()).toEqual(names.toSorted());
  });

  it('announces links, sockets and FIFOs, for the pipeline to refuse; a folder named x.png is a folder', async () => {
    const setup = await setUp();
    const outside = await temporaryFolder();
    await writePng(outside, 'secret.png');
    await symlink(path.join(outside, 'secret.png'), path.join(setup.folder, 'link.png'));
    await symlink(outside, path.join(setup.folder, 'linked-folder'));
    await symlink('nowhere', path.join(setup.folder, 'dangling.png'));
    await symlink('.', path.join(setup.folder, 'ring'));
    execFileSync('mkfifo', [path.join(setup.folder, 'fifo.png')]);
    const server = createServer().listen(path.join(setup.folder, 'socket.png'));
    onTestFinished(() => void server.close());
    await mkdir(path.join(setup.folder, 'x.png'));
    await writePng(setup.folder, 'x.png/inside.png');
    await setup.watcher.start();
    const summary = await setup.watcher.whenScanned();
    await setup.watcher.whenSettled();
    expect(summary).toMatchObject({ files: 1, links: 2, others: 2, unreadable: 0, isComplete: true });
    expect(setup.intake.announced.toSorted()).toEqual([
      'dangling.png',
      'fifo.png',
      'link.png',
      'socket.png',
      'x.png/inside.png',
    ]);
  });

  it('announces once, for the pipeline to refuse, what has a path that is too long', async () => {
    const setup = await setUp();
    // The last name that fits is that of a file, or of a folder that cannot be listed, if that is longer.
    makeTooDeep(setup.folder, `${'f'.repeat(180)}.png`, PNG);
    await setup.watcher.start();
    await setup.watcher.whenScanned();
    await setup.watcher.whenSettled();
    const { length } = setup.intake.announced;
    expect(await setup.watcher.rescan()).toMatchObject({ unreadable: 0, isComplete: true, unknown: 0 });
    await setup.watcher.whenSettled();
    expect(setup.intake.announced).toHaveLength(length);
    expect(setup.failures).toEqual([]);
    const tooLong = setup.intake.announced.filter((file) => `${setup.folder}/${file}`.length > 4095);
    expect(tooLong.length).toBeGreaterThan(0);
    expect(setup.intake.announced.length).toBeGreaterThan(15);
  });

  it('looks at links that appear while it watches, and never through them', async () => {
    const setup = await setUp();
    const outside = await temporaryFolder();
    await startedAndScanned(setup);
    await symlink(outside, path.join(setup.folder, 'linked-folder'));
    await symlink('/etc/hostname', path.join(setup.folder, 'link.png'));
    await writePng(outside, 'secret.png');
    await writePng(setup.folder, 'a.png');
    await announced(setup.intake, 'a.png');
    await setup.watcher.rescan();
    await setup.watcher.whenSettled();
    expect(setup.intake.announced.toSorted()).toEqual(['a.png', 'link.png']);
  });

  it('says that links which may lead to folders are not followed, and says it again only of more', async () => {
    const setup = await setUp();
    const outside = await temporaryFolder();
    await symlink(outside, path.join(setup.folder, 'linked-folder'));
    await startedAndScanned(setup);
    await setup.watcher.rescan();
    expect(setup.failures).toMatchObject([{ code: 'scanner-links-ignored' }]);
    expect(String(setup.failures[0])).toContain('linked-folder');
    await symlink(outside, path.join(setup.folder, 'another'));
    await setup.watcher.rescan();
    expect(setup.failures).toHaveLength(2);
  });

  it('announces names that are not UTF-8, of files and of folders, once each for the pipeline to refuse', async () => {
    const setup = await setUp();
    const bytes = (...parts: (string | number)[]): Buffer =>
      Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))));
    await writeFile(bytes(`${setup.folder}/`, 0xff, '.png'), PNG);
    await mkdir(bytes(`${setup.folder}/Pr`, 0xe4, 'parat'));
    await writeFile(bytes(`${setup.folder}/Pr`, 0xe4, 'parat/inside.png'), PNG);
    await writePng(setup.folder, 'a.png');
    // A name that really has this character is one like any other.
    await writePng(setup.folder, 'real \uFFFD.png');
    await setup.watcher.start();
    await setup.watcher.whenSettled();
    await setup.watcher.rescan();
    await setup.watcher.whenSettled();
    expect(setup.intake.announced.toSorted()).toEqual([
      'Pr\uFFFDparat',
      'a.png',
      'real \uFFFD.png',
      '\uFFFD.png',
    ]);
  });

  it('reports a file that never stops growing, once, and does not wait for it', async () => {
    // Its time passes as the file grows, so that a busy machine cannot make it look quiet.
    let [grown, endedMs] = [0, Infinity];
    const monotonicMs = (): number => 5 * grown + Math.max(0, performance.now() - endedMs);
    const clock = { wallMs: () => Date.now(), monotonicMs };
    const setup = await setUp({ settle: { quietMs: 40, incompleteAfterMs: 100 } }, { clock });
    const file = path.join(setup.folder, 'endless.png');
    await writeFile(file, PNG.subarray(0, 40));
    const growing = setInterval(() => {
      appendFileSync(file, 'more');
      grown += 1;
    }, 5);
    onTestFinished(() => clearInterval(growing));
    await setup.watcher.start();
    await setup.watcher.whenSettled();
    expect(setup.failures).toMatchObject([{ code: 'scanner-file-overdue' }]);
    expect(String(setup.failures[0])).toContain('endless.png');
    expect(setup.watcher.unsettled.count).toBe(1);
    expect(setup.intake.announced).toEqual([]);
    clearInterval(growing);
    endedMs = performance.now();
    await announced(setup.intake, 'endless.png');
    expect(setup.failures).toHaveLength(1);
  });

  it('watches a folder that is itself reached through a link', async () => {
    const real = await temporaryFolder();
    const parent = await temporaryFolder();
    await symlink(real, path.join(parent, 'spool'));
    const setup = await setUp({ folder: path.join(parent, 'spool') });
    await startedAndScanned(setup);
    await writePng(real, 'a.png');
    await announced(setup.intake, 'a.png');
  });

  it('announces hard links under each of their names', async () => {
    const setup = await setUp();
    await writePng(setup.folder, 'a.png');
    await link(path.join(setup.folder, 'a.png'), path.join(setup.folder, 'b.png'));
    await setup.watcher.start();
    await setup.watcher.whenSettled();
    expect(setup.intake.announced.toSorted()).toEqual(['a.png', 'b.png']);
  });

  it('drops a file that vanishes before it has settled', async () => {
    const setup = await setUp({ settle: { quietMs: 40, incompleteAfterMs: 60_000 } });
    await writeFile(path.join(setup.folder, 'a.png'), PNG.subarray(0, 40));
    await startedAndScanned(setup);
    expect(setup.watcher.unsettled.count).toBe(1);
    await rm(path.join(setup.folder, 'a.png'));
    await setup.watcher.whenSettled();
    expect(setup.intake.announced).toEqual([]);
  });

  it('does not wait for a modification time in the future', async () => {
    const setup = await setUp();
    await writePng(setup.folder, 'a.png');
    await utimes(path.join(setup.folder, 'a.png'), 4e9, 4e9);
    await setup.watcher.start();
    await setup.watcher.whenSettled();
    expect(setup.intake.announced).toEqual(['a.png']);
  });
});
