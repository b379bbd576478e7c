import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Check } from '../../src/cli/doctor/check.js';
import { SMEAR_SIZE } from '../fixtures/images.js';
import { giveToNobody, ordinaryUser, whyNotAsOrdinaryUser } from '../fixtures/nobody.js';
import { cliFile } from '../fixtures/daemon.js';
import { Lab } from './lab.js';

/** Two scanners, left and right, with an image in the right one's folder. */
async function openLab(): Promise<Lab> {
  const scanner = (name: string): object => ({
    name,
    folder: name,
    settle: { quietMs: 50 },
    expectedSize: SMEAR_SIZE,
  });
  const lab = await Lab.open({ scanners: [scanner('left'), scanner('right')] });
  await lab.scan('../right/a.png', 1);
  mkdirSync(join(lab.folder, 'left'));
  return lab;
}

async function classified(lab: Lab): Promise<number> {
  return lab.withLedger((ledger) => ledger.queue.counts().done);
}

describe('A run that ends when its files are processed', () => {
  it('exits 0 when it has read every folder, also an empty one', async () => {
    const lab = await openLab();
    expect(await lab.run('--once').exit()).toBe(0);
    expect(await classified(lab)).toBe(1);
  });

  it.each<[string, (folder: string) => void, string]>([
    ['is missing', rmdirSync, 'does not exist'],
    [
      'is a file',
      (folder) => {
        rmdirSync(folder);
        writeFileSync(folder, 'no folder');
      },
      'is a file, or inside one',
    ],
  ])('exits 1 and names a folder that %s, after it has processed the others', async (_, change, words) => {
    const lab = await openLab();
    const folder = join(lab.folder, 'left');
    change(folder);
    const run = lab.run('--once');
    expect(await run.exit()).toBe(1);
    expect(run.stderr).toContain(
      `error: Everything else is done, but not all folders were read: The folder ${folder} of scanner left ${words}\n`,
    );
    expect(run.stderr).toContain('hint: ');
    expect(await classified(lab)).toBe(1);
  });

  it.skipIf(whyNotAsOrdinaryUser()).each([
    ['a scanner folder', '.', 'cannot be read: EACCES'],
    ['a subfolder', 'day', '1 file or folder in the folder'],
  ])('exits 1 and names %s that may not be read', async (_, name, words) => {
    const lab = await openLab();
    const folder = join(lab.folder, 'left', name);
    mkdirSync(join(lab.folder, 'left', 'day'));
    chmodSync(folder, 0);
    onTestFinished(() => chmodSync(folder, 0o755));
    const run = lab.runAsOrdinaryUser('--once');
    expect(await run.exit()).toBe(1);
    expect(run.stderr).toContain(`${join(lab.folder, 'left')} of scanner left cannot be read: EACCES`);
    expect(run.stderr).toContain(words);
  });

  it('names each of several folders', async () => {
    const lab = await openLab();
    rmdirSync(join(lab.folder, 'left'));
    const config = {
      scanners: [
        { name: 'left', folder: 'left' },
        { name: 'other', folder: 'other' },
      ],
    };
    lab.configure(config);
    const run = lab.run('--once');
    expect(await run.exit()).toBe(1);
    for (const name of ['left', 'other'])
      expect(run.stderr).toContain(`${join(lab.folder, name)} of scanner ${name} does not exist`);
  });
});

it.skipIf(whyNotAsOrdinaryUser())('doctor names a subfolder that may not be read', async () => {
  const lab = await openLab();
  const folder = join(lab.folder, 'left', 'day');
  mkdirSync(folder);
  chmodSync(folder, 0);
  onTestFinished(() => chmodSync(folder, 0o755));
  if (process.getuid?.() === 0) giveToNobody(lab.folder);
  const args = [cliFile(), 'doctor', '--json', '--config', lab.configFile];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8', ...ordinaryUser() });
  expect(status).toBe(1);
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  expect(checks).toContainEqual({
    name: 'scanner left',
    status: 'fail',
    detail: expect.stringContaining(
      `1 folder in ${join(lab.folder, 'left')} cannot be read: EACCES`,
    ) as string,
    fix: 'Give this user the right to read and enter them (rx).',
  });
});
