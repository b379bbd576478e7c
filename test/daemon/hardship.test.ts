import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Readiness } from '../../src/daemon/http/status.js';
import type { TestDaemon } from '../fixtures/daemon.js';
import { ended, Lab } from './lab.js';

async function readiness(daemon: TestDaemon): Promise<Readiness> {
  return (await (await fetch(`${await daemon.ready()}/readyz`)).json()) as Readiness;
}

function edit(lab: Lab, section: object): void {
  const config = parse(readFileSync(lab.configFile, 'utf8')) as object;
  writeFileSync(lab.configFile, stringify({ ...config, ...section }));
}

describe('A running daemon', () => {
  it('pauses while the disk has no room, says so, and resumes by itself', async () => {
    const lab = await Lab.open({ disk: { minFreeBytes: Number.MAX_SAFE_INTEGER } });
    const daemon = lab.run();
    await lab.scan('a.png', 1);
    await daemon.ready();
    await vi.waitFor(async () => expect((await daemon.status()).work.queued).toBe(1), { timeout: 20_000 });
    expect(await readiness(daemon)).toMatchObject({
      ready: false,
      reasons: [expect.stringContaining('MiB are free on the disk of the ledger')],
    });
    edit(lab, { disk: { minFreeBytes: 0 } });
    await ended(daemon, 1);
    expect(await readiness(daemon)).toEqual({ ready: true, reasons: [] });
  });

  it('leaves the files of a missing folder alone until it is back, and works for the other scanners', async () => {
    const lab = await Lab.open();
    const right = { name: 'right', folder: 'in-right', settle: { quietMs: 50 } };
    const config = parse(readFileSync(lab.configFile, 'utf8')) as { scanners: object[] };
    edit(lab, {
      scanners: [...config.scanners, { ...config.scanners[0], ...right }],
      disk: { minFreeBytes: Number.MAX_SAFE_INTEGER },
    });
    for (let seed = 0; seed < 5; seed += 1) await lab.scan(`${seed}.png`, seed);
    await lab.scan('../in-right/other.png', 77);
    const daemon = lab.run();
    await vi.waitFor(async () => expect((await daemon.status()).work.queued).toBe(6), { timeout: 20_000 });
    renameSync(lab.path('.'), join(lab.folder, 'unmounted'));
    edit(lab, { disk: { minFreeBytes: 0 } });
    await vi.waitFor(async () => expect((await daemon.status()).work.done).toBe(1), { timeout: 20_000 });
    await vi.waitFor(
      async () =>
        expect((await readiness(daemon)).reasons).toEqual([
          `not taken in: the folder ${join(lab.folder, 'in')} of scanner left does not exist`,
        ]),
      { timeout: 20_000 },
    );
    renameSync(join(lab.folder, 'unmounted'), lab.path('.'));
    await ended(daemon, 6);
  });

  it('does not start with faults armed outside tests', async () => {
    const lab = await Lab.open();
    vi.stubEnv('NODE_ENV', 'production');
    vi.stubEnv('SMEARWATCH_FAULT', 'kill@recorded');
    const daemon = lab.run();
    vi.unstubAllEnvs();
    expect(await daemon.exit()).toBe(2);
    expect(daemon.stderr).toContain('SMEARWATCH_FAULT');
  });
});
