import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ResultRecord } from '../../src/record.js';
import sharp from 'sharp';
import { drawSmear } from '../../src/generate/smear.js';
import { bmpOf } from '../decode/bmp.js';
import { blackPixels, header, pngOf, withBadCrc } from '../decode/png.js';
import { colourVariants, greyVariants } from '../decode/variants.js';
import { cliFile } from '../fixtures/daemon.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { SMEAR_SIZE, smearPng } from '../fixtures/images.js';
import { NOBODY, whyNotAsNobody } from '../fixtures/nobody.js';
import { ended, Lab } from './lab.js';

/**
 * Tests what docs/images.md states, in the whole daemon: the neighbours are classified, and the file's own
 * end is in the ledger.
 */
const quick = { settle: { quietMs: 50, incompleteAfterMs: 100 } };
/** Settings with which a growing file does not settle because the machine is busy for a moment. */
const patient = { settle: { quietMs: 50, incompleteAfterMs: 500 } };

async function quarantineOf(lab: Lab): Promise<Record<string, string>> {
  const files = await lab.withLedger((ledger) => ledger.browse.quarantined({ limit: 100 }));
  return Object.fromEntries(files.map(({ path, code }) => [path, code]));
}

const resultsOf = (lab: Lab): string[] => [...lab.documents().values()].map(({ image }) => image.path).sort();

describe('Something other than a file', () => {
  it('is quarantined with its kind as the reason, and nothing outside the folder is read', async () => {
    const lab = await Lab.open({}, quick);
    const outside = temporaryFolder();
    writeFileSync(join(outside, 'secret.png'), await smearPng(9));
    await lab.scan('before.png', 1);
    const daemon = lab.run();
    await ended(daemon, 1);
    symlinkSync(join(outside, 'secret.png'), lab.path('out.png'));
    symlinkSync('before.png', lab.path('in.png'));
    symlinkSync('nowhere', lab.path('dangling.png'));
    execFileSync('mkfifo', [lab.path('pipe.png')]);
    const server = createServer().listen(lab.path('socket.png'));
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    await lab.scan('after.png', 2);
    await ended(daemon, 7);
    expect(await quarantineOf(lab)).toEqual({
      'out.png': 'file-is-link',
      'in.png': 'file-is-link',
      'dangling.png': 'file-is-link',
      'pipe.png': 'file-not-regular',
      'socket.png': 'file-not-regular',
    });
    expect(resultsOf(lab)).toEqual(['after.png', 'before.png']);
  });

  it('is a folder where it is called x.png: the images in it are classified', async () => {
    const lab = await Lab.open({}, quick);
    const daemon = lab.run();
    await daemon.ready();
    mkdirSync(lab.path('empty.png'));
    await lab.scan('x.png/inside.png', 1);
    await lab.scan('x.png/deeper.tif/inside.png', 2);
    await ended(daemon, 2);
    expect(resultsOf(lab)).toEqual(['x.png/deeper.tif/inside.png', 'x.png/inside.png']);
    expect(await quarantineOf(lab)).toEqual({});
  });

  it('is a link to a folder: the log says that it is not followed', async () => {
    const lab = await Lab.open({}, quick);
    const outside = temporaryFolder();
    writeFileSync(join(outside, 'secret.png'), await smearPng(9));
    symlinkSync(outside, lab.path('linked'));
    await lab.scan('a.png', 1);
    const daemon = lab.run();
    await ended(daemon, 1);
    const line = await daemon.logged(({ level }) => level === 'warn');
    expect(line?.['err']).toMatchObject({ code: 'scanner-links-ignored' });
    expect(resultsOf(lab)).toEqual(['a.png']);
  });

  it('and took the place of a queued file: it ends in quarantine instead of being waited for', async () => {
    const lab = await Lab.open({}, quick);
    await lab.withLedger((ledger) => ledger.queue.enqueue('left', [{ path: 'x.png', size: 7, mtimeMs: 1 }]));
    await lab.scan('x.png/inside.png', 1);
    const daemon = lab.run();
    await ended(daemon, 2);
    expect(await quarantineOf(lab)).toEqual({ 'x.png': 'file-not-regular' });
    expect(resultsOf(lab)).toEqual(['x.png/inside.png']);
  });
});

describe('A name', () => {
  const names = [
    'new\nline.png',
    '🔬 präparat é.png',
    `${'n'.repeat(251)}.png`,
    `${'n'.repeat(250)}2.png`,
    `${'ü'.repeat(125)}.png`,
    'back\\..\\..\\slash.png',
    '-rf *.png',
    '%2e%2e%2fetc%2fpasswd.png',
    '$(reboot);`x`|&.png',
    'C:\\con.png',
    '\u001b[31mred\u0007.png',
    'a..png',
    ' .png',
    "'; DROP TABLE files; --.png",
    '__proto__/constructor.png',
    'x.png.json/x.png',
    'x.png',
  ];

  it('may be anything that a file system takes: results, ledger and log carry it as it is', async () => {
    const lab = await Lab.open({ log: { level: 'debug' } }, quick);
    for (const [seed, name] of names.entries()) await lab.scan(name, seed);
    const daemon = lab.run();
    await ended(daemon, names.length);
    expect(await quarantineOf(lab)).toEqual({});
    expect(resultsOf(lab)).toEqual([...names].sort());
    const lines = readFileSync(join(lab.folder, 'results.ndjson'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as ResultRecord).image.path).sort()).toEqual(
      [...names].sort(),
    );
    const recorded = await lab.withLedger((ledger) => ledger.browse.results({ limit: 100 }));
    expect(recorded.map(({ record }) => record.image.path).sort()).toEqual([...names].sort());
    const settled = daemon.log.filter(({ msg }) => msg === 'File settled').map((line) => line['path']);
    expect(settled.sort()).toEqual([...names].sort());
  });

  it('is reported unchanged for quarantined files, too', async () => {
    const lab = await Lab.open({}, quick);
    for (const name of names.slice(0, 4)) lab.put(name, `no image: ${name}`);
    const daemon = lab.run();
    await ended(daemon, 4);
    expect(Object.keys(await quarantineOf(lab)).sort()).toEqual(names.slice(0, 4).sort());
    // The log is written in the background.
    await vi.waitFor(() => {
      const told = daemon.log.filter(({ msg }) => msg === 'Image quarantined').map((line) => line['path']);
      expect(told.sort()).toEqual(names.slice(0, 4).sort());
    });
  });

  it('that is not UTF-8 is in quarantine, of a file and of a folder; renamed, it is classified', async () => {
    const lab = await Lab.open({}, quick);
    const bytes = (...parts: (string | number)[]): Buffer =>
      Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))));
    await lab.scan('before.png', 1);
    writeFileSync(bytes(lab.path('pr'), 0xe4, 'parat.png'), await smearPng(2));
    mkdirSync(bytes(lab.path('tag'), 0xfc));
    writeFileSync(bytes(lab.path('tag'), 0xfc, '/inside.png'), await smearPng(3));
    const daemon = lab.run('--once');
    expect(await daemon.exit()).toBe(3);
    const expected = { 'pr\uFFFDparat.png': 'name-not-utf8', 'tag\uFFFD': 'name-not-utf8' };
    expect(await quarantineOf(lab)).toEqual(expected);
    expect(resultsOf(lab)).toEqual(['before.png']);
    renameSync(bytes(lab.path('pr'), 0xe4, 'parat.png'), lab.path('präparat.png'));
    renameSync(bytes(lab.path('tag'), 0xfc), lab.path('tagü'));
    await lab.run('--once').exit();
    expect(resultsOf(lab)).toEqual(['before.png', 'präparat.png', 'tagü/inside.png']);
    // A failure that was reported is not reported again.
    expect(await quarantineOf(lab)).toEqual(expected);
  });
});

describe('The bytes', () => {
  it('of every supported form are classified, under any extension', async () => {
    const { pixels, width, height } = drawSmear({ seed: 3, index: 0, ...SMEAR_SIZE });
    const variants = [
      ...(await colourVariants({ pixels, width, height })),
      ...(await greyVariants({ pixels, width, height })),
    ];
    const lab = await Lab.open({}, quick);
    for (const { name, bytes } of variants) lab.put(`${name}.png`, bytes);
    await lab.scan('a PNG.tif', 1);
    const daemon = lab.run('--once');
    expect(await daemon.exit()).toBe(0);
    expect(resultsOf(lab)).toEqual([...variants.map(({ name }) => `${name}.png`), 'a PNG.tif'].sort());
  });

  it('of everything else put a file into quarantine with a stated code, and its neighbours are classified', async () => {
    const whole = await smearPng(1);
    const jpeg = await sharp(whole).jpeg().toBuffer();
    const huge = { width: 30_000, height: 30_000, bits: 1, colour: 0 } as const;
    const small = { width: 8, height: 8, bits: 8, colour: 2 } as const;
    const rle = bmpOf(new Uint8Array(300), 10, 10, { bits: 8 });
    rle.writeUInt32LE(1, 30);
    const tenths = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const cut = (bytes: Buffer, tenth: number): Buffer =>
      bytes.subarray(0, Math.floor((bytes.length * tenth) / 10));
    const files: Record<string, readonly [code: string, bytes: Buffer | string]> = {
      'empty.png': ['image-empty', ''],
      'one byte.png': ['image-truncated', Buffer.of(0x89)],
      'another byte.png': ['image-format-unsupported', 'x'],
      'bad CRC.png': ['image-damaged', pngOf(header(small), withBadCrc(blackPixels(small)))],
      'bomb.png': ['image-too-large', pngOf(header(huge), blackPixels(huge))],
      'GIF.png': ['image-format-unsupported', await sharp(whole).gif().toBuffer()],
      'SVG.png': ['image-format-unsupported', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
      'PDF.png': ['image-format-unsupported', '%PDF-1.7\n%%EOF\n'],
      'RLE.bmp': ['image-format-unsupported', rle],
      'small.png': ['unexpected-size', pngOf(header(small), blackPixels(small))],
      'large file.png': ['file-too-large', Buffer.concat([whole, Buffer.alloc(200_000)])],
      ...Object.fromEntries(
        tenths.map((tenth) => [`cut ${tenth}.png`, ['image-truncated', cut(whole, tenth)]]),
      ),
      ...Object.fromEntries(
        tenths.map((tenth) => [`cut ${tenth}.jpg`, ['image-truncated', cut(jpeg, tenth)]]),
      ),
    };
    const lab = await Lab.open({ pipeline: { maxFileBytes: 200_000 } }, quick);
    await lab.scan('first.png', 1);
    for (const [name, [, bytes]] of Object.entries(files)) lab.put(name, bytes);
    await lab.scan('last.png', 2);
    const daemon = lab.run('--once');
    expect(await daemon.exit()).toBe(3);
    expect(await quarantineOf(lab)).toEqual(
      Object.fromEntries(Object.entries(files).map(([name, [code]]) => [name, code])),
    );
    expect(resultsOf(lab)).toEqual(['first.png', 'last.png']);
  });
});

describe('A file that may not be read', () => {
  /** The user `nobody` if the tests run as root, whom no permission stops. */
  const isRoot = process.getuid?.() === 0;
  const [uid, gid] = isRoot ? [NOBODY, NOBODY] : [process.getuid?.() ?? 0, process.getgid?.() ?? 0];

  it('is in quarantine with a sentence that says so; given the right to, a replay classifies it', async ({
    skip,
  }) => {
    const why = isRoot ? whyNotAsNobody(cliFile()) : undefined;
    if (why !== undefined) skip(why);
    const lab = await Lab.open({ pipeline: { maxAttempts: 2, retryDelayMs: 10 } }, quick);
    await lab.scan('before.png', 1);
    await lab.scan('secret.png', 2);
    chmodSync(lab.path('secret.png'), 0o000);
    execFileSync('chown', ['-R', `${uid}:${gid}`, lab.folder]);
    const run = (...args: string[]): string =>
      spawnSync(process.execPath, [cliFile(), ...args, '--config', lab.configFile], {
        uid,
        gid,
        encoding: 'utf8',
        cwd: lab.folder,
        env: { ...process.env, HOME: lab.folder },
      }).stderr;
    const stderr = run('run', '--once');
    const [file] = await lab.withLedger((ledger) => ledger.browse.quarantined({ limit: 10 }));
    expect(file, stderr).toMatchObject({ path: 'secret.png', code: 'file-unreadable', attempts: 2 });
    expect(file?.reason).toMatch(/^Smearwatch may not read the file \(EACCES.*Give its user the right/);
    expect(resultsOf(lab)).toEqual(['before.png']);
    chmodSync(lab.path('secret.png'), 0o400);
    run('replay', '--quarantined');
    run('run', '--once');
    expect(resultsOf(lab)).toEqual(['before.png', 'secret.png']);
  });
});

describe('A file that does not stay', () => {
  it('vanished before it was read: in quarantine, and classified by itself when it is there again', async () => {
    const lab = await Lab.open({}, quick);
    await lab.scan('x.png', 1);
    const { size, mtimeMs } = statSync(lab.path('x.png'));
    await lab.withLedger((ledger) => ledger.queue.enqueue('left', [{ path: 'x.png', size, mtimeMs }]));
    renameSync(lab.path('x.png'), join(lab.folder, 'away.png'));
    await lab.scan('neighbour.png', 2);
    const daemon = lab.run();
    await ended(daemon, 2);
    expect(await quarantineOf(lab)).toEqual({ 'x.png': 'file-vanished' });
    renameSync(join(lab.folder, 'away.png'), lab.path('x.png'));
    await expect.poll(() => resultsOf(lab), { timeout: 15_000 }).toEqual(['neighbour.png', 'x.png']);
  });

  it('vanishes at any moment, many times over: each has one end, and the daemon continues', async () => {
    const lab = await Lab.open({}, quick);
    const daemon = lab.run();
    await daemon.ready();
    for (let seed = 0; seed < 40; seed += 1) {
      await lab.scan(`${seed}.png`, seed);
      if (seed >= 4) rmSync(lab.path(`${seed - 4}.png`));
    }
    await lab.scan('last.png', 99);
    await expect.poll(() => resultsOf(lab).includes('last.png'), { timeout: 15_000 }).toBe(true);
    await expect
      .poll(async () => (await daemon.status()).work, { timeout: 15_000 })
      .toMatchObject({ queued: 0, running: 0 });
    const codes = new Set(Object.values(await quarantineOf(lab)));
    expect([...codes].filter((code) => code !== 'file-vanished')).toEqual([]);
  });

  it('grows without end: its neighbours are classified, the log and /status report it', async () => {
    const lab = await Lab.open({}, patient);
    const endless = endlessly(lab.path('endless.png'));
    await lab.scan('neighbour.png', 1);
    const daemon = lab.run();
    await ended(daemon, 1);
    const line = await daemon.logged(({ level }) => level === 'warn');
    expect(line?.['err']).toMatchObject({
      code: 'scanner-file-overdue',
      message: expect.stringContaining('endless.png') as string,
    });
    expect((await daemon.status()).scanners).toMatchObject([{ unsettled: 1 }]);
    endless.stop();
    await ended(daemon, 2);
    expect(await quarantineOf(lab)).toEqual({ 'endless.png': 'image-format-unsupported' });
  });

  it('grows without end: --once says so and ends', async () => {
    const lab = await Lab.open({}, patient);
    endlessly(lab.path('endless.png'));
    await lab.scan('neighbour.png', 1);
    const daemon = lab.run('--once');
    expect(await daemon.exit()).toBe(1);
    expect(daemon.stderr).toContain('1 files are still being written');
    expect(resultsOf(lab)).toEqual(['neighbour.png']);
  });
});

/**
 * Writes to the file for as long as the test runs, or until it is stopped. A separate thread writes, so that
 * the file cannot settle while the test is busy.
 */
function endlessly(file: string): { stop(): void } {
  appendFileSync(file, 'more');
  const code = `
    const { appendFileSync } = require('node:fs');
    setInterval(() => appendFileSync(require('node:worker_threads').workerData, 'more'), 10);`;
  const writer = new Worker(code, { eval: true, workerData: file });
  const stop = (): void => void writer.terminate();
  onTestFinished(stop);
  return { stop };
}
