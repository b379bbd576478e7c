import { describe, expect, it } from 'vitest';
import { within } from '../src/within.js';

const NEVER = new Promise<number>(() => undefined);

/** Timers that keep the process alive. */
function activeTimers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

describe('Work within a limit', () => {
  it('gives what it resolves with', async () => {
    expect(await within(60_000, Promise.resolve(3))).toBe(3);
  });

  it('fails as it does by itself', async () => {
    await expect(within(60_000, Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  });

  it('leaves no timer behind, whether it succeeds or fails', async () => {
    const before = activeTimers();
    await within(60_000, Promise.resolve());
    await within(60_000, Promise.reject(new Error('mine'))).catch(() => undefined);
    expect(activeTimers()).toBe(before);
  });
});

describe('Work that takes longer', () => {
  it('gives undefined, or what `late` gives', async () => {
    expect(await within(1, NEVER)).toBeUndefined();
    expect(await within(1, NEVER, { late: () => 'late' })).toBe('late');
  });

  it('fails with what `late` throws', async () => {
    const late = (): never => {
      throw new Error('too late');
    };
    await expect(within(1, NEVER, { late })).rejects.toThrow('too late');
  });

  it('may fail afterwards: no rejection is left without a handler', async () => {
    let fail: () => void = () => undefined;
    const failing = new Promise((_, reject) => {
      fail = () => reject(new Error('afterwards'));
    });
    const unhandled: unknown[] = [];
    const note = (error: unknown): unknown => unhandled.push(error);
    process.on('unhandledRejection', note);
    await within(1, failing);
    fail();
    await new Promise(setImmediate);
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  it('keeps the process alive, except with `ref: false`', async () => {
    const before = activeTimers();
    void within(60_000, NEVER, { ref: false });
    expect(activeTimers()).toBe(before);
    const working = new Promise(setImmediate);
    const waiting = within(60_000, working);
    expect(activeTimers()).toBe(before + 1);
    await waiting;
  });
});
