import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { Writable } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { guardOutput } from '../../src/cli/guard-output.js';
import { interruptible } from '../../src/cli/interrupt.js';
import { cliFile, writeConfig } from '../fixtures/daemon.js';
import { temporaryFolder } from '../fixtures/folders.js';

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** Runs the real program; its output goes to an open file, or to a pipe whose reader has gone. */
function run(args: readonly string[], output: number | 'closed', cwd: string): Promise<Ended> {
  const child = spawn(process.execPath, [cliFile(), ...args], {
    cwd,
    stdio: ['ignore', output === 'closed' ? 'pipe' : output, 'pipe'],
  });
  child.stdout?.destroy();
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stderr }));
  });
}

/** A folder with a configuration, and commands that print something in it. */
function lab(): string {
  const folder = temporaryFolder();
  writeConfig(folder, { scanners: [{ name: 'left', folder: '.' }], models: { use: [{ model: 'lenet5' }] } });
  return folder;
}

const COMMANDS = [
  ['--help'],
  ['--version'],
  ['models', 'list'],
  ['models', 'list', '--json'],
  ['doctor', '--config', 'smearwatch.yaml'],
  ['generate', '--out', 'smears', '--count', '3', '--json'],
];

describe('A command whose reader has gone', () => {
  it.each(COMMANDS)('ends quietly with 0: %s', async (...args) => {
    const { code, stderr } = await run(args, 'closed', lab());
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/EPIPE|error|at .*:\d+/);
  });
});

describe.skipIf(!existsSync('/dev/full'))('A command whose output has no room', () => {
  const full = (): number => {
    const fd = openSync('/dev/full', 'w');
    onTestFinished(() => closeSync(fd));
    return fd;
  };

  it.each(COMMANDS)('says so and exits 1: %s', async (...args) => {
    const { code, stderr } = await run(args, full(), lab());
    expect(code).toBe(1);
    expect(stderr).toContain('Standard output cannot be written: ENOSPC');
    expect(stderr).not.toMatch(/at .*:\d+/);
  });

  it('says so as JSON with --json', async () => {
    const { stderr } = await run(['models', 'list', '--json'], full(), lab());
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'output-unwritable' } });
  });

  it('keeps its own exit code when standard error has none', async () => {
    const child = spawn(process.execPath, [cliFile(), 'nonsense'], { stdio: ['ignore', 'ignore', full()] });
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(2);
  });
});

describe('Output that fails', () => {
  const failing = (code: string): Writable =>
    new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })) });

  function setUp(code: string): {
    stdout: Writable;
    exit: (code: number) => void;
    exitCode: () => number | undefined;
  } {
    const stdout = failing(code);
    const exit = vi.fn();
    const output = guardOutput({ stdout, stderr: failing('EPIPE'), argv: [], exit });
    return { stdout, exit, exitCode: () => output.exitCode };
  }

  it.each([
    ['EPIPE', 0],
    ['ENOSPC', 1],
    ['EIO', 1],
  ])('with %s ends the process with %i, also when standard error fails', async (code, exitCode) => {
    const { stdout, exit } = setUp(code);
    stdout.write('text');
    await vi.waitFor(() => expect(exit).toHaveBeenCalledWith(exitCode));
    expect(exit).toHaveBeenCalledTimes(1);
  });

  it('lets work that can be interrupted put away what it has begun', async () => {
    const { stdout, exit, exitCode } = setUp('EPIPE');
    const putAway = vi.fn();
    await interruptible(async (signal) => {
      stdout.write('text');
      await vi.waitFor(() => expect(signal.aborted).toBe(true));
      putAway();
    });
    expect(putAway).toHaveBeenCalled();
    expect(exit).not.toHaveBeenCalled();
    expect(exitCode()).toBe(0);
  });
});
