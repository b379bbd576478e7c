import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, getPriority } from 'node:os';
import { describe, expect, it } from 'vitest';
import { describeEnd, lastWords, lowerPriority, sendToChild } from '../src/child-process.js';

describe('A child process', () => {
  it('is described by how it ended', async () => {
    const exited = spawn(process.execPath, ['-e', 'process.exit(3)']);
    expect(describeEnd(...((await once(exited, 'close')) as [number, null]))).toBe('exit code 3');
    const killed = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)']);
    killed.kill('SIGKILL');
    expect(describeEnd(...((await once(killed, 'close')) as [null, 'SIGKILL']))).toBe('by SIGKILL');
  });

  it('is quoted by the end of its standard error', async () => {
    const script = 'console.error("first" + "x".repeat(5000)); console.error("the last line")';
    const child = spawn(process.execPath, ['-e', script]);
    const words = lastWords(child);
    await once(child, 'close');
    expect(words()).toMatch(/^x+\nthe last line$/);
    expect(words().length).toBeLessThanOrEqual(4000);
  });

  it('gets the priority that it is given', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
    lowerPriority(child, constants.priority.PRIORITY_LOW);
    expect(getPriority(child.pid)).toBe(constants.priority.PRIORITY_LOW);
    child.stdin.end();
    await once(child, 'close');
    // Of a process that has ended there is no priority to lower.
    lowerPriority(child, constants.priority.PRIORITY_LOW);
  });

  it('gets messages while it is connected, and none after it has ended', async () => {
    const script = 'process.once("message", () => process.disconnect())';
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const closed = once(child, 'close');
    sendToChild(child, { type: 'stop' });
    expect(await closed).toEqual([0, null]);
    sendToChild(child, { type: 'stop' });
  });
});
