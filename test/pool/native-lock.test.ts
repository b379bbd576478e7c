import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NativeLock } from '../../src/pool/native-lock.js';
import { compiled } from '../fixtures/compiled.js';

const never = new AbortController().signal;

/** A thread that counts its native calls of 200 ms in `state`: begun, ended. */
const THREAD = `
  const { NativeLock } = await import(workerData.module);
  const lock = NativeLock.of(workerData.lock);
  const counts = new Int32Array(workerData.counts);
  lock.release();
  for (;;) {
    lock.hold();
    Atomics.add(counts, 0, 1);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    Atomics.add(counts, 1, 1);
    lock.release();
  }
`;

describe('NativeLock', () => {
  it('is held by a new thread, and free when that has released it', async () => {
    const lock = NativeLock.forNewThread();
    let isTaken = false;
    const taking = lock.take(never).then(() => (isTaken = true));
    await delay(60);
    expect(isTaken).toBe(false);
    NativeLock.of(lock.memory).release();
    await expect(taking).resolves.toBe(true);
  });

  it('is taken between two calls of a thread that makes one after the other, and lets none begin after that', async () => {
    const lock = NativeLock.forNewThread();
    const counts = new Int32Array(new SharedArrayBuffer(8));
    const module = compiled('pool/native-lock.js').href;
    const thread = new Worker(
      new URL(
        `data:text/javascript,import { workerData } from 'node:worker_threads';${encodeURIComponent(THREAD)}`,
      ),
      { workerData: { module, lock: lock.memory, counts: counts.buffer } },
    );
    onTestFinished(async () => {
      await thread.terminate();
    });
    await once(thread, 'online');
    await expect.poll(() => Atomics.load(counts, 0), { interval: 5 }).toBeGreaterThan(0);
    await lock.take(never);
    const [begun, ended] = counts;
    expect(ended).toBe(begun);
    await delay(300);
    expect(counts[0]).toBe(begun);
  });

  it('is no longer waited for when the thread is gone', async () => {
    const gone = new AbortController();
    const taking = NativeLock.forNewThread().take(gone.signal);
    gone.abort();
    await expect(taking).resolves.toBeUndefined();
  });

  it('is released by a call that fails', async () => {
    const lock = NativeLock.forNewThread();
    lock.release();
    await expect(lock.during(() => Promise.reject(new Error('bad model')))).rejects.toThrow('bad model');
    await expect(lock.take(never)).resolves.toBeUndefined();
  });
});
