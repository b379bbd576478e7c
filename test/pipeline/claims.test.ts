import { describe, expect, it, vi } from 'vitest';
import type { Claim } from '../../src/ledger/ledger.js';
import { Claims, NEVER_PAUSED, type ClaimSource, type Pauses } from '../../src/pipeline/claims.js';
import { ClaimsInFlight } from '../../src/pipeline/claims-in-flight.js';

/** A queue of `files` claims, in memory. */
function queueOf(files: number) {
  return {
    left: files,
    claim(limit: number): Claim[] {
      const taken = Math.min(limit, this.left);
      this.left -= taken;
      return Array.from({ length: taken }, (_, id) => ({ id }) as Claim);
    },
    nextDueInMs: (): number | undefined => undefined,
  };
}

/** Suspects by id, tried alone. */
function suspectsOf(...ids: number[]): ClaimSource['suspects'] {
  return {
    isDue: () => ids.length > 0,
    claim: () => ({ id: ids.shift() }) as Claim,
  };
}

function flowOf(
  queue: ClaimSource['queue'],
  capacity: number,
  {
    suspects = suspectsOf(),
    pauses = NEVER_PAUSED,
  }: { suspects?: ClaimSource['suspects']; pauses?: Pauses } = {},
) {
  const emitted: Claim[] = [];
  const errors: unknown[] = [];
  const inFlight: ClaimsInFlight = new ClaimsInFlight({
    capacity: () => capacity,
    onRoom: () => claims.pull(),
  });
  const onError = (error: unknown): number => errors.push(error);
  const claims = new Claims({ queue, suspects }, inFlight, { pauses, onError });
  let isComplete = false;
  claims.claims$.subscribe({
    next: (claim) => {
      inFlight.begin(claim);
      emitted.push(claim);
    },
    complete: () => (isComplete = true),
  });
  claims.pull();
  const end = (count: number): void =>
    inFlight.claims.slice(0, count).forEach((claim) => inFlight.end(claim));
  return { claims, end, emitted, errors, isComplete: () => isComplete };
}

describe('Claims', () => {
  it('never takes more out of the queue than there is room in flight, however long it is', async () => {
    const source = queueOf(1_000_000);
    const { emitted, end } = flowOf(source, 96);
    expect(emitted).toHaveLength(96);
    end(10);
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
    const source = { ...queueOf(0), nextDueInMs: () => 1000 };
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
    const { claims, end, emitted, isComplete } = flowOf(source, 4);
    claims.stop();
    end(4);
    await Promise.resolve();
    claims.pull();
    expect(emitted).toHaveLength(4);
    expect(isComplete()).toBe(true);
  });

  it('tries a suspect alone: after what is in flight, and before anything else', async () => {
    const source = queueOf(2);
    const suspects = suspectsOf();
    const { claims, end, emitted } = flowOf(source, 4, { suspects });
    const ids = (): number[] => emitted.map(({ id }) => id);
    expect(ids()).toEqual([0, 1]);
    const isDue = vi.spyOn(suspects, 'isDue').mockReturnValue(true);
    vi.spyOn(suspects, 'claim').mockReturnValueOnce({ id: 77 } as Claim);
    source.left = 2;
    claims.pull();
    end(1);
    await Promise.resolve();
    expect(ids()).toEqual([0, 1]);
    end(1);
    await Promise.resolve();
    expect(ids()).toEqual([0, 1, 77]);
    isDue.mockReturnValue(false);
    claims.pull();
    expect(ids()).toEqual([0, 1, 77]);
    end(1);
    await Promise.resolve();
    expect(ids()).toEqual([0, 1, 77, 0, 1]);
  });

  it('claims nothing during a pause, and continues when it is woken after it', () => {
    const pauses = { isPaused: true, pausedScanners: [] };
    const { claims, emitted } = flowOf(queueOf(1), 4, { pauses });
    claims.pull();
    expect(emitted).toHaveLength(0);
    pauses.isPaused = false;
    claims.pull();
    expect(emitted).toHaveLength(1);
  });
});
