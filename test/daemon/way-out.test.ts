import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { readAudit } from '../../src/audit/read-audit.js';
import { cliFile, TestDaemon } from '../fixtures/daemon.js';
import { Receiver, writeSecret } from '../fixtures/receiver.js';
import { ended, Lab } from './lab.js';

/** Time limit for an end: longer than it should take on a busy computer, and short for a test. */
const ENDS_WITHIN_MS = 45_000;

/** A daemon whose log goes to an open file. */
class LoggingDaemon extends TestDaemon {
  static #fd = 0;

  static withLog(lab: Lab, fd: number, ...args: string[]): LoggingDaemon {
    LoggingDaemon.#fd = fd;
    const daemon = new LoggingDaemon(lab.configFile, ...args);
    onTestFinished(async () => {
      daemon.signal('SIGKILL');
      await daemon.exit();
    });
    return daemon;
  }

  protected override spawn(args: readonly string[]): ChildProcess {
    return spawn(process.execPath, [cliFile(), ...args], { stdio: ['ignore', LoggingDaemon.#fd, 'pipe'] });
  }
}

function opened(file: string, flags: number | string): number {
  const fd = openSync(file, flags);
  onTestFinished(() => closeSync(fd));
  return fd;
}

/** A pipe that nothing is read from: the log of a viewer that was stopped. */
function stalledPipe(lab: Lab): number {
  const file = join(lab.folder, 'pipe');
  execFileSync('mkfifo', [file]);
  return opened(file, constants.O_RDWR);
}

/** A file whose reader waits without end, like one on a share that does not answer. */
function silentFile(lab: Lab, name: string): string {
  const file = join(lab.folder, name);
  execFileSync('mkfifo', [file]);
  return file;
}

/**
 * Resolves once the silent file is being read; the reader gets no data, and the end of the file when the
 * handle is closed.
 */
async function whenRead(file: string): Promise<FileHandle> {
  // Opening it for writing fails while nothing has opened it for reading.
  const handle = await vi.waitFor(() => open(file, constants.O_WRONLY | constants.O_NONBLOCK), 20_000);
  onTestFinished(() => handle.close());
  return handle;
}

async function untilReady(lab: Lab): Promise<void> {
  const isReady = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [cliFile(), 'status', '--config', lab.configFile], {
        stdio: 'ignore',
      });
      child.once('error', reject);
      child.once('exit', (code) => resolve(code ?? -1));
    });
  await vi.waitFor(async () => expect(await isReady()).toBe(0), { timeout: 30_000, interval: 100 });
}

async function exitWithin(daemon: TestDaemon, ms: number): Promise<number | string> {
  const late = once(AbortSignal.timeout(ms), 'abort').then(() => 'still running');
  return Promise.race([daemon.exit(), late]);
}

describe('A log that cannot be written', () => {
  const LOGS: [string, (lab: Lab) => number][] = [
    ['on a full disk', () => opened('/dev/full', 'w')],
    ['into a pipe that is not read', stalledPipe],
  ];

  it.skipIf(!existsSync('/dev/full')).each(LOGS)(
    'does not keep a run that is done from ending: %s',
    async (_, log) => {
      const lab = await Lab.open({ log: { level: 'debug' } });
      for (let seed = 0; seed < 60; seed += 1) await lab.scan(`${'long-name-'.repeat(20)}${seed}.png`, seed);
      const run = LoggingDaemon.withLog(lab, log(lab), '--once');
      expect(await exitWithin(run, ENDS_WITHIN_MS)).toBe(0);
      expect(lab.documents().size).toBe(60);
    },
    60_000,
  );

  it.skipIf(!existsSync('/dev/full')).each(LOGS)(
    'does not keep a daemon from stopping at its first SIGTERM: %s',
    async (_, log) => {
      const lab = await Lab.open({ log: { level: 'debug' } });
      const daemon = LoggingDaemon.withLog(lab, log(lab));
      await untilReady(lab);
      for (let seed = 0; seed < 60; seed += 1) await lab.scan(`${'long-name-'.repeat(20)}${seed}.png`, seed);
      await vi.waitFor(async () => {
        expect((await lab.withLedger((ledger) => ledger.queue.counts())).done).toBeGreaterThan(10);
      }, 30_000);
      daemon.signal('SIGTERM');
      expect(await exitWithin(daemon, ENDS_WITHIN_MS)).toBe(0);
    },
    100_000,
  );
});

describe('A daemon that is stopped ends', () => {
  const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0;

  it.skipIf(!hasPrlimit)(
    'while its ledger cannot be written, and the next one loses nothing',
    async () => {
      const lab = await Lab.open({ shutdownTimeoutMs: 1000 });
      const daemon = lab.run();
      await lab.scan('a.png', 1);
      await ended(daemon, 1);
      execFileSync('prlimit', ['--pid', String(daemon.pid), '--fsize=0:']);
      for (let seed = 2; seed <= 5; seed += 1) await lab.scan(`${seed}.png`, seed);
      await daemon.logged(({ msg }) => msg.startsWith('The ledger cannot be written'));
      daemon.signal('SIGTERM');
      expect(await exitWithin(daemon, ENDS_WITHIN_MS)).toBe(0);
      expect(await lab.run('--once').exit()).toBe(0);
      expect(lab.documents().size).toBe(5);
    },
    90_000,
  );

  it('while a receiver does not answer, and sends again at the next start', async () => {
    const receiver = await Receiver.start();
    receiver.answer = () => undefined;
    const lab = await Lab.open({
      sinks: [
        {
          type: 'webhook',
          url: receiver.url,
          allowInsecure: true,
          timeoutMs: 60_000,
          secretFile: 'webhook.secret',
        },
      ],
    });
    writeSecret(lab.folder);
    await lab.scan('a.png', 1);
    const daemon = lab.run();
    await receiver.received(1);
    daemon.signal('SIGTERM');
    expect(await exitWithin(daemon, ENDS_WITHIN_MS)).toBe(0);
    expect(await lab.withLedger(({ outbox }) => outbox.counts())).toEqual({ webhook: 1 });
  }, 60_000);

  it('while it loads its models, which HTTP says, with exactly that closed which it has opened', async () => {
    const lab = await Lab.open();
    const model = join(lab.registry.folder, 'lenet5/1/model.onnx');
    rmSync(model);
    execFileSync('mkfifo', [model]);
    const daemon = lab.run();
    const writer = await whenRead(model);
    const { port } = JSON.parse(readFileSync(join(lab.folder, 'state/http.json'), 'utf8')) as {
      port: number;
    };
    const url = `http://127.0.0.1:${port}`;
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const readiness = await fetch(`${url}/readyz`);
    expect([readiness.status, await readiness.json()]).toEqual([
      503,
      { ready: false, reasons: ['loading models'] },
    ]);
    expect(await (await fetch(`${url}/status`)).json()).toMatchObject({
      models: [],
      workers: { configured: 0, alive: 0, busy: 0, stuck: 0 },
      scanners: [{ name: 'left', unsettled: 0 }],
    });
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('smearwatch_workers_configured 0');
    daemon.signal('SIGTERM');
    await daemon.logged(({ msg }) => msg === 'Stopped');
    await writer.close();
    expect(await exitWithin(daemon, ENDS_WITHIN_MS)).toBe(0);
    expect(daemon.log.filter(({ level }) => level !== 'info')).toEqual([]);
    expect(
      readAudit(join(lab.folder, 'state'), {}, (entries) => [...entries].map(({ event }) => event)),
    ).toEqual(['daemon-started', 'daemon-stopped']);
    expect(existsSync(join(lab.folder, 'state/http.json'))).toBe(false);
  }, 60_000);

  it('while a file that it reads at its start does not answer, by the signal that asked it to', async () => {
    const lab = await Lab.open({ drift: { reference: 'reference.json' }, shutdownTimeoutMs: 100 });
    const silent = silentFile(lab, 'reference.json');
    const daemon = lab.run();
    await whenRead(silent);
    daemon.signal('SIGTERM');
    expect(await exitWithin(daemon, ENDS_WITHIN_MS)).toBe('SIGTERM');
    expect(daemon.log.at(-1)).toMatchObject({
      level: 'error',
      msg: 'The process does not end by itself; it is ended by a signal',
      signal: 'SIGTERM',
    });
  }, 60_000);

  it('while it reloads a file that does not answer, with everything closed in order', async () => {
    const lab = await Lab.open({ shutdownTimeoutMs: 100 });
    const daemon = lab.run();
    await lab.scan('a.png', 1);
    await ended(daemon, 1);
    const silent = silentFile(lab, 'reference.json');
    lab.configure({ shutdownTimeoutMs: 100, drift: { reference: 'reference.json' } });
    daemon.signal('SIGHUP');
    await whenRead(silent);
    daemon.signal('SIGTERM');
    expect(await exitWithin(daemon, ENDS_WITHIN_MS)).toBe('SIGTERM');
    expect(daemon.log).toContainEqual(
      expect.objectContaining({
        msg: 'A part could not be stopped; the others are stopped',
        part: 'reloads',
      }),
    );
    expect(daemon.log).toContainEqual(expect.objectContaining({ msg: 'Stopped' }));
    expect(await lab.withLedger((ledger) => ledger.queue.counts())).toMatchObject({ done: 1, running: 0 });
  }, 90_000);
});
