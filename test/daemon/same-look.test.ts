import { copyFileSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bmpOf } from '../decode/bmp.js';
import { SMEAR_SIZE } from '../fixtures/images.js';
import { drawSmear } from '../../src/generate/smear.js';
import { ended, Lab } from './lab.js';

const TIME = new Date('2026-01-02T03:04:05Z');

/** A smear as BMP: all files have the same size. */
function smearBmp(seed: number): Buffer {
  const { pixels, width, height } = drawSmear({ seed, index: 0, ...SMEAR_SIZE });
  return bmpOf(pixels, width, height, { bits: 24 });
}

function put(lab: Lab, name: string, seed: number): void {
  const temporary = join(lab.folder, 'arriving');
  writeFileSync(temporary, smearBmp(seed));
  utimesSync(temporary, TIME, TIME);
  renameSync(temporary, lab.path(name));
}

const sha256Of = (lab: Lab, name: string): string | undefined =>
  lab.documents().get(`${name}.json`)?.image.sha256;

const lines = (lab: Lab): number =>
  readFileSync(join(lab.folder, 'results.ndjson'), 'utf8').trimEnd().split('\n').length;

describe('Another picture under the same name, with the same size and modification time', () => {
  it.each(['native', 'polling'])('is classified while the daemon runs, %s', async (watch) => {
    const lab = await Lab.open({}, { watch, pollIntervalMs: 100, rescanIntervalMs: 1000 });
    put(lab, 'moved-over.bmp', 1);
    put(lab, 'written-over.bmp', 2);
    const daemon = lab.run();
    await ended(daemon, 2);
    const before = ['moved-over.bmp', 'written-over.bmp'].map((name) => sha256Of(lab, name));
    put(lab, 'moved-over.bmp', 3);
    writeFileSync(lab.path('written-over.bmp'), smearBmp(4));
    utimesSync(lab.path('written-over.bmp'), TIME, TIME);
    await expect.poll(() => sha256Of(lab, 'moved-over.bmp'), { timeout: 20_000 }).not.toBe(before[0]);
    await expect.poll(() => sha256Of(lab, 'written-over.bmp'), { timeout: 20_000 }).not.toBe(before[1]);
  });

  it('is classified by a single run, after it arrived while no daemon ran', async () => {
    const lab = await Lab.open();
    put(lab, 'a.bmp', 1);
    put(lab, 'b.bmp', 2);
    expect(await lab.run('--once').exit()).toBe(0);
    const before = sha256Of(lab, 'a.bmp');
    put(lab, 'a.bmp', 3);
    expect(await lab.run('--once').exit()).toBe(0);
    expect(sha256Of(lab, 'a.bmp')).not.toBe(before);
    expect(lines(lab)).toBe(3);
  });
});

it('Files that have other inodes, as after a remount or a restore, are hashed again and not delivered', async () => {
  const lab = await Lab.open();
  const names = Array.from({ length: 5 }, (_, index) => `${index}.bmp`);
  names.forEach((name, index) => put(lab, name, index + 1));
  expect(await lab.run('--once').exit()).toBe(0);
  const inodes = names.map((name) => statSync(lab.path(name)).ino);
  for (const name of names) {
    const temporary = join(lab.folder, 'restored');
    copyFileSync(lab.path(name), temporary);
    utimesSync(temporary, TIME, TIME);
    renameSync(temporary, lab.path(name));
  }
  expect(names.map((name) => statSync(lab.path(name)).ino)).not.toEqual(inodes);
  const run = lab.run('--once');
  expect(await run.exit()).toBe(0);
  expect(lines(lab)).toBe(5);
  const { rehashes, queue } = await lab.withLedger((ledger) => ({
    rehashes: ledger.rehashes.next(['left'], 3_600_000),
    queue: ledger.queue.counts(),
  }));
  expect(rehashes).toBeUndefined();
  expect(queue).toMatchObject({ done: 5, queued: 0, running: 0 });
});
