import { describe, expect, it, vi } from 'vitest';
import type { Claim } from '../../src/ledger/ledger.js';
import { Claims, type ClaimSource } from '../../src/pipeline/claims.js';
import { Credits } from '../../src/pipeline/credits.js';

/** A queue of `files` claims, in memory. */
function queueOf(files: number): ClaimSource & { left: number } {
  return {
    left: files,
    claim(limit) {
      const taken = Math.min(limit, this.left);
      this.left -= taken;
      return Array.from({ length: taken }, (_, id) => ({ id }) as Claim);
    },
    nextDue: () => undefined,
  };
}

function flowOf(source: ClaimSource, capacity: number) {
  const emitted: Claim[] = [];
  const errors: unknown[] = [];
  const credits: Credits = new Credits(
    () => capacity,
    () => claims.pull(),
  );
  const claims = new Claims(source, credits, (error) => errors.push(error));
  let isComplete = false;
  claims.claims$.subscribe({ next: (claim) => emitted.push(claim), complete: () => (isComplete = true) });
  return { claims, credits, emitted, errors, isComplete: () => isComplete };
}

describe('Claims', () => {
  it('never takes more out of the queue than there are credits, however long it is', async () => {
    const source = queueOf(1_000_000);
    const { emitted, credits } = flowOf(source, 96);
    expect(emitted).toHaveLength(96);
    for (let credit = 0; credit < 10; credit += 1) credits.giveBack(1);
    await Promise.resolve();
    expect(emitted).toHaveLength(106);
    expect(source.left).toBe(1_000_000 - 106);
  });

  it('looks again when it is woken', () => {
    const source = queueOf(0);
    const { claims, emitted } = flowOf(source, 4);
    source.left = 1;
    expect(emitted).toHaveLength(0);
    claims.pull();
    expect(emitted).toHaveLength(1);
  });

  it('wakes by itself when a retry is due', () => {
    vi.useFakeTimers();
    const source = { ...queueOf(0), nextDue: () => Date.now() + 1000 };
    const { emitted } = flowOf(source, 4);
    source.left = 1;
    vi.advanceTimersByTime(1001);
    expect(emitted).toHaveLength(1);
    vi.useRealTimers();
  });

  it('survives a ledger that cannot be written, and tries again', () => {
    vi.useFakeTimers();
    const source = queueOf(1);
    const claim = vi.spyOn(source, 'claim').mockImplementationOnce(() => {
      throw new Error('disk full');
    });
    const { emitted, errors } = flowOf(source, 4);
    expect(errors).toHaveLength(1);
    expect(emitted).toHaveLength(0);
    vi.advanceTimersByTime(5001);
    expect(claim.mock.calls.length).toBeGreaterThan(1);
    expect(emitted).toHaveLength(1);
    vi.useRealTimers();
  });

  it('takes nothing after it was stopped', async () => {
    const source = queueOf(10);
    const { claims, credits, emitted, isComplete } = flowOf(source, 4);
    claims.stop();
    credits.giveBack(4);
    await Promise.resolve();
    claims.pull();
    expect(emitted).toHaveLength(4);
    expect(isComplete()).toBe(true);
  });
});
