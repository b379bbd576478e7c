import { execFileSync } from 'node:child_process';
import { constants, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { LogOutput } from '../../src/telemetry/log-output.js';
import { temporaryFolder } from '../fixtures/folders.js';

/** A pipe whose reader is this test; it holds 64 KiB, then a write has to wait. */
function pipe(): number {
  const file = join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [file]);
  return openSync(file, constants.O_RDWR | constants.O_NONBLOCK);
}

function readFrom(fd: number): Buffer {
  const chunk = Buffer.alloc(1_048_576);
  try {
    return chunk.subarray(0, readSync(fd, chunk));
  } catch {
    return chunk.subarray(0, 0); // The pipe is empty.
  }
}

// The descriptor stays open: an output that is given up continues to try, and must not write to another file
// under the same number.

function lines(from: number, to: number): string[] {
  return Array.from(
    { length: to - from },
    (_, index) => `{"line":${from + index},"é":"${'x'.repeat(500)}"}\n`,
  );
}

async function msOf(work: () => Promise<void> | void): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

describe('A log', () => {
  it('has every line, in order, once it is drained', async () => {
    const file = join(temporaryFolder(), 'log');
    const output = new LogOutput(openSync(file, 'a'));
    const written = lines(0, 2000);
    for (const line of written) output.write(line);
    await output.drain(10_000);
    expect(readFileSync(file, 'utf8')).toBe(written.join(''));
  });

  it('has every line, in order, of a process that exits before anything was written', () => {
    const file = join(temporaryFolder(), 'log');
    const output = new LogOutput(openSync(file, 'a'));
    output.write('first\n');
    const rest = lines(1, 300);
    for (const line of rest) output.write(line);
    // The running write finishes its own lines: the others follow when the process ends.
    output.drainSync(1000);
    return vi.waitFor(() => expect(readFileSync(file, 'utf8')).toContain('first\n'));
  });

  it('continues where it stopped when its reader reads again, without a new line', async () => {
    const fd = pipe();
    const output = new LogOutput(fd);
    const written = lines(0, 1000);
    for (const line of written) output.write(line);
    const read: Buffer[] = [];
    await vi.waitFor(
      () => {
        read.push(readFrom(fd));
        expect(Buffer.concat(read).equals(Buffer.from(written.join('')))).toBe(true);
      },
      { timeout: 20_000, interval: 5 },
    );
  });
});

describe('A log whose reader has stalled', () => {
  it('is given up after the time that it is given', async () => {
    const fd = pipe();
    const output = new LogOutput(fd);
    for (const line of lines(0, 1000)) output.write(line);
    const waitedMs = await msOf(() => output.drain(300));
    expect(waitedMs).toBeGreaterThan(250);
    expect(waitedMs).toBeLessThan(5000);
    await vi.waitFor(() => expect(readFrom(fd)).not.toHaveLength(0));
    for (const line of lines(1000, 2000)) output.write(line);
    await output.drain(300);
    expect(await msOf(() => output.drainSync(300))).toBeLessThan(5000);
  });

  it('keeps lines up to its limit, counts those that it drops, and says so once there is room', async () => {
    const fd = pipe();
    const output = new LogOutput(fd, { maxBytes: 200_000 });
    const dropped = vi.fn();
    const resumed = vi.fn();
    output.reportLosses({ dropped, resumed });
    const written = lines(0, 1000);
    for (const line of written) output.write(line);
    expect(dropped).toHaveBeenCalled();
    const read: Buffer[] = [];
    const text = (): string => Buffer.concat(read).toString();
    await vi.waitFor(
      () => {
        read.push(readFrom(fd));
        expect(resumed).toHaveBeenCalledTimes(1);
        expect(text().split('\n').length - 1).toBe(1000 - dropped.mock.calls.length);
      },
      { timeout: 20_000, interval: 5 },
    );
    expect(resumed).toHaveBeenCalledWith(dropped.mock.calls.length);
    expect(written.join('').startsWith(text())).toBe(true);
  });
});

describe.skipIf(!existsSync('/dev/full'))('A log on a full disk', () => {
  it('is not waited for, in the background or at the exit', async () => {
    const output = new LogOutput(openSync('/dev/full', 'w'));
    for (const line of lines(0, 100)) output.write(line);
    expect(await msOf(() => output.drain(20_000))).toBeLessThan(5000);
    expect(await msOf(() => output.drainSync(20_000))).toBeLessThan(5000);
  });
});
