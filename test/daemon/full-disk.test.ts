import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Readiness } from '../../src/daemon/http/status.js';
import { ended, Lab } from './lab.js';

/** A separate disk that can be filled and made read-only; only root can make one. */
class SmallDisk {
  readonly folder = mkdtempSync(join(tmpdir(), 'smearwatch-disk-'));

  static canMount(): boolean {
    const disk = new SmallDisk();
    try {
      disk.mount();
      disk.unmount();
      return true;
    } catch {
      rmSync(disk.folder, { recursive: true });
      return false;
    }
  }

  mount(): void {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', this.folder], { stdio: 'ignore' });
  }

  unmount(): void {
    execFileSync('umount', ['-l', this.folder], { stdio: 'ignore' });
    rmSync(this.folder, { recursive: true });
  }

  remount(mode: 'ro' | 'rw'): void {
    execFileSync('mount', ['-o', `remount,${mode}`, this.folder], { stdio: 'ignore' });
  }

  /** Fills the disk, except for this number of bytes. */
  fill(bytesLeft: number): void {
    const { bavail, bsize } = statfsSync(this.folder);
    writeFileSync(join(this.folder, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - bytesLeft)));
  }

  empty(): void {
    rmSync(join(this.folder, 'ballast'));
  }
}

describe.skipIf(!SmallDisk.canMount())('A daemon', () => {
  const disk = new SmallDisk();
  beforeAll(() => disk.mount());
  afterAll(() => disk.unmount());

  it('loses nothing when the disk of the ledger and the results is full, and continues when there is room', async () => {
    const lab = await Lab.open({
      stateFolder: join(disk.folder, 'state'),
      sinks: [
        { type: 'json', folder: join(disk.folder, 'results') },
        { type: 'ndjson', file: join(disk.folder, 'results.ndjson') },
      ],
      disk: { minFreeBytes: 0 },
    });
    const daemon = lab.run();
    await daemon.ready();
    await lab.scan('before.png', 0);
    await ended(daemon, 1);
    disk.fill(20_000);
    onTestFinished(() => rmSync(join(disk.folder, 'ballast'), { force: true }));
    for (let seed = 1; seed <= 40; seed += 1) await lab.scan(`${seed}.png`, seed);
    const full = await daemon.logged(
      ({ level, err }) => level !== 'info' && /full|ENOSPC/.test(JSON.stringify(err)),
    );
    expect(full).toBeDefined();
    disk.empty();
    await vi.waitFor(() => ended(daemon, 41), { timeout: 60_000 });
    expect(await daemon.stop()).toBe(0);
  }, 120_000);

  it('keeps results for a folder that is read-only, says so, and delivers them later', async () => {
    const results = join(disk.folder, 'other');
    mkdirSync(results);
    const lab = await Lab.open({ sinks: [{ type: 'json', folder: results }], disk: { minFreeBytes: 0 } });
    const daemon = lab.run();
    await lab.scan('a.png', 1);
    await ended(daemon, 1);
    disk.remount('ro');
    await lab.scan('b.png', 2);
    await vi.waitFor(
      async () => {
        const answer = (await (await fetch(`${await daemon.ready()}/readyz`)).json()) as Readiness;
        expect(answer.reasons).toEqual([
          expect.stringMatching(/^sink json fails: .* its file system is read-only here$/),
        ]);
      },
      { timeout: 20_000 },
    );
    expect((await daemon.status()).work.done).toBe(2);
    disk.remount('rw');
    await vi.waitFor(() => ended(daemon, 2), { timeout: 60_000 });
  }, 120_000);
});
