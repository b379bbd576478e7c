import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, rmdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Readiness } from '../../src/daemon/http/status.js';
import { runCli, type TestDaemon } from '../fixtures/daemon.js';
import { SMEAR_SIZE } from '../fixtures/images.js';
import { whyNotAsOrdinaryUser } from '../fixtures/nobody.js';
import { ended, Lab } from './lab.js';

const PATIENCE = { timeout: 30_000, interval: 50 };

async function readiness(daemon: TestDaemon): Promise<Readiness & { status: number }> {
  const response = await fetch(`${await daemon.ready()}/readyz`);
  return { ...((await response.json()) as Readiness), status: response.status };
}

function untilReady(daemon: TestDaemon): Promise<void> {
  return vi.waitFor(async () => expect((await readiness(daemon)).reasons).toEqual([]), PATIENCE);
}

function untilNotReady(daemon: TestDaemon, ...reasons: string[]): Promise<void> {
  return vi.waitFor(
    async () => expect(await readiness(daemon)).toEqual({ ready: false, reasons, status: 503 }),
    PATIENCE,
  );
}

/** Text of the log's warnings and errors. */
function warnings({ log }: TestDaemon): string[] {
  return log.filter(({ level }) => level === 'warn' || level === 'error').map(({ msg }) => msg);
}

async function metric(daemon: TestDaemon, series: string): Promise<string | undefined> {
  const text = await (await fetch(`${await daemon.ready()}/metrics`)).text();
  return text
    .split('\n')
    .find((line) => line.startsWith(`smearwatch_${series} `))
    ?.split(' ')[1];
}

describe('A daemon whose scanner folder is missing', () => {
  it('is not ready from the start, says so once, and takes images in as soon as the folder is there', async () => {
    const lab = await Lab.open({}, { rescanIntervalMs: 1000 });
    rmdirSync(lab.path(''));
    const daemon = lab.run();
    const reason = `not taken in: the folder ${join(lab.folder, 'in')} of scanner left does not exist`;
    expect(await readiness(daemon)).toEqual({ ready: false, reasons: [reason], status: 503 });
    const status = await runCli('status', '--url', await daemon.ready());
    expect(status.code).toBe(1);
    expect(status.stdout).toContain(reason);
    expect((await daemon.status()).scanners).toMatchObject([
      { problem: expect.stringContaining('does not exist') as string },
    ]);
    expect(await metric(daemon, 'scanner_ready{scanner="left"}')).toBe('0');
    const failures = 'watch_errors_total{scanner="left",code="ENOENT"}';
    await vi.waitFor(async () => expect(Number(await metric(daemon, failures))).toBeGreaterThan(3), PATIENCE);
    expect(warnings(daemon)).toEqual(['Scanner folder missing; periodic rescans continue']);
    mkdirSync(lab.path(''));
    await lab.scan('a.png', 1);
    await ended(daemon, 1);
    await untilReady(daemon);
    expect(await daemon.logged(({ msg }) => msg === 'Scanner folder is back')).toBeDefined();
    expect(await metric(daemon, 'scanner_ready{scanner="left"}')).toBe('1');
    expect((await runCli('status', '--url', await daemon.ready())).code).toBe(0);
  });

  it('notices within seconds that the folder has gone, and is back, however rarely it rescans', async () => {
    const lab = await Lab.open({}, { rescanIntervalMs: 86_400_000 });
    const daemon = lab.run();
    await untilReady(daemon);
    renameSync(lab.path(''), join(lab.folder, 'away'));
    await untilNotReady(
      daemon,
      `not taken in: the folder ${join(lab.folder, 'in')} of scanner left does not exist`,
    );
    renameSync(join(lab.folder, 'away'), lab.path(''));
    await untilReady(daemon);
    await lab.scan('a.png', 1);
    await ended(daemon, 1);
  });

  it('names the one of three that is missing, and works for the other two', async () => {
    const scanner = (name: string): object => ({
      name,
      folder: name,
      settle: { quietMs: 50 },
      expectedSize: SMEAR_SIZE,
    });
    const lab = await Lab.open({ scanners: ['one', 'two', 'three'].map(scanner) });
    await lab.scan('../one/a.png', 1);
    await lab.scan('../three/b.png', 2);
    const daemon = lab.run();
    await ended(daemon, 2);
    await untilNotReady(
      daemon,
      `not taken in: the folder ${join(lab.folder, 'two')} of scanner two does not exist`,
    );
    expect(await metric(daemon, 'scanner_ready{scanner="one"}')).toBe('1');
    expect(await metric(daemon, 'scanner_ready{scanner="two"}')).toBe('0');
    mkdirSync(join(lab.folder, 'two'));
    await untilReady(daemon);
  });
});

it('A daemon whose scanner folder is a file is not ready, and says that it is one', async () => {
  const lab = await Lab.open();
  rmdirSync(lab.path(''));
  writeFileSync(lab.path(''), 'no folder');
  const daemon = lab.run();
  await untilNotReady(
    daemon,
    `not taken in: the folder ${join(lab.folder, 'in')} of scanner left is a file, or inside one`,
  );
  unlinkSync(lab.path(''));
  mkdirSync(lab.path(''));
  await untilReady(daemon);
});

describe.skipIf(whyNotAsOrdinaryUser())('A daemon that may not read', () => {
  it.each([
    ['its scanner folder', '.', 'Scanner folder cannot be read; periodic rescans continue'],
    ['a subfolder', 'day', 'Part of a scanner folder cannot be read; periodic rescans continue'],
  ])('%s is not ready until it may', async (_, folder, message) => {
    const lab = await Lab.open({}, { rescanIntervalMs: 1000 });
    mkdirSync(lab.path('day'));
    const daemon = lab.runAsOrdinaryUser();
    await untilReady(daemon);
    chmodSync(lab.path(folder), 0);
    onTestFinished(() => chmodSync(lab.path(folder), 0o755));
    await vi.waitFor(async () => {
      const { ready, reasons } = await readiness(daemon);
      expect(ready).toBe(false);
      expect(reasons).toEqual([
        expect.stringMatching(/^not taken in: .*scanner left cannot be read: EACCES/),
      ]);
    }, PATIENCE);
    chmodSync(lab.path(folder), 0o755);
    await untilReady(daemon);
    expect(warnings(daemon)).toEqual([message]);
  });
});

const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0;

/** Refuses every write, as a read-only or full disk does, by a limit of zero bytes on the process's files. */
function refuseWrites({ pid }: TestDaemon, isRefused: boolean): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${isRefused ? '0' : 'unlimited'}:`]);
}

describe.skipIf(!hasPrlimit)('A daemon whose ledger cannot be written', () => {
  it('is not ready though no image arrives, logs it once, and takes images in when it can be written again', async () => {
    const lab = await Lab.open();
    const daemon = lab.run();
    await untilReady(daemon);
    refuseWrites(daemon, true);
    await vi.waitFor(async () => {
      const { ready, reasons } = await readiness(daemon);
      expect(ready).toBe(false);
      expect(reasons).toEqual([expect.stringMatching(/^not taken in: the ledger cannot be written \(.*\)$/)]);
    }, PATIENCE);
    expect(await metric(daemon, 'ledger_writable')).toBe('0');
    await lab.scan('a.png', 1);
    const failures = 'ledger_write_failures_total';
    await vi.waitFor(async () => expect(Number(await metric(daemon, failures))).toBeGreaterThan(4), PATIENCE);
    expect(warnings(daemon)).toEqual([
      'The ledger cannot be written; images wait in their folders, and writes are repeated',
    ]);
    expect((await runCli('status', '--url', await daemon.ready())).code).toBe(1);
    refuseWrites(daemon, false);
    await ended(daemon, 1);
    await untilReady(daemon);
    expect(await metric(daemon, 'ledger_writable')).toBe('1');
    expect(daemon.log.filter(({ msg }) => msg === 'The ledger can be written again')).toHaveLength(1);
  }, 60_000);
});
