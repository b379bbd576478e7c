import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CommandError, runCommand } from '../../../src/model/tensorflow/command.js';

describe.skipIf(process.platform === 'win32')('running a command', () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'smearwatch-command-'));
  });
  afterEach(() => rm(cwd, { recursive: true }));

  it('returns what it printed on both streams', async () => {
    const output = await runCommand('sh', ['-c', 'echo out; echo err >&2']);
    expect(output.split('\n').sort()).toEqual(['', 'err', 'out']);
  });

  it('passes arguments unchanged, without a shell', async () => {
    expect(await runCommand('echo', ['$HOME; exit 3'])).toBe('$HOME; exit 3\n');
  });

  it('fails with the exit code and the last lines of its output', async () => {
    const failing = runCommand('sh', [
      '-c',
      'i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo "line $i"; done; exit 7',
    ]);
    await expect(failing).rejects.toThrow(CommandError);
    await expect(failing).rejects.toThrow(/exit code 7\.\nline 26\n[^]*line 40$/);
  });

  it('fails with the reason when the program is missing', async () => {
    await expect(runCommand('smearwatch-no-such-program', [])).rejects.toThrow(
      /could not be started .*(ENOENT|EACCES)/,
    );
  });

  it('ends the command and the processes that it started when aborted', async () => {
    const abort = new AbortController();
    const running = runCommand('sh', ['-c', 'sleep 60 & echo $! > pid; wait'], { cwd, signal: abort.signal });
    const pid = await vi.waitFor(async () => {
      const text = await readFile(join(cwd, 'pid'), 'utf8');
      if (!text.endsWith('\n')) throw new Error('not written yet');
      return Number(text);
    });
    abort.abort(new Error('interrupted'));
    await expect(running).rejects.toThrow('interrupted');
    await vi.waitFor(async () => {
      expect(await isRunning(pid)).toBe(false);
    });
  });
});

/** Whether a process is running: a killed one stays a zombie until its parent reads its status. */
async function isRunning(pid: number): Promise<boolean> {
  const state = await runCommand('ps', ['-o', 'stat=', '-p', String(pid)]).catch(() => '');
  return state.trim() !== '' && !state.trim().startsWith('Z');
}
