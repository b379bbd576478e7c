import { describe, expect, it, vi } from 'vitest';
import type { Claim } from '../../src/ledger/ledger.js';
import { ClaimsInFlight } from '../../src/pipeline/claims-in-flight.js';

const [FIRST, SECOND, THIRD] = [{ id: 1 } as Claim, { id: 2 } as Claim, { id: 3 } as Claim];

function inFlightWith(capacity: number) {
  const state = { nowMs: 0, capacity };
  const onRoom = vi.fn();
  const inFlight = new ClaimsInFlight({
    capacity: () => state.capacity,
    onRoom,
    now: () => state.nowMs,
  });
  return { state, inFlight, onRoom };
}

describe('ClaimsInFlight', () => {
  it('has room for as many claims as its capacity, which may change', () => {
    const { state, inFlight } = inFlightWith(3);
    inFlight.begin(FIRST);
    inFlight.begin(SECOND);
    expect(inFlight.room).toBe(1);
    state.capacity = 1;
    expect(inFlight.room).toBe(-1);
    inFlight.end(FIRST);
    expect(inFlight.claims).toEqual([SECOND]);
    expect(inFlight.room).toBe(0);
  });

  it('says once that there is room, however many claims have ended together', async () => {
    const { inFlight, onRoom } = inFlightWith(3);
    for (const claim of [FIRST, SECOND, THIRD]) inFlight.begin(claim);
    for (const claim of [FIRST, SECOND]) inFlight.end(claim);
    expect(onRoom).not.toHaveBeenCalled();
    await Promise.resolve();
    expect(onRoom).toHaveBeenCalledTimes(1);
    inFlight.end(THIRD);
    await Promise.resolve();
    expect(onRoom).toHaveBeenCalledTimes(2);
  });

  it('names the last stage of the way that holds an image', () => {
    const { inFlight } = inFlightWith(3);
    const stage = () => inFlight.snapshot().stage;
    expect(stage()).toBeUndefined();
    for (const claim of [FIRST, SECOND, THIRD]) inFlight.begin(claim);
    expect(stage()).toBe('batch');
    inFlight.move([FIRST, SECOND], 'pool');
    expect(stage()).toBe('pool');
    inFlight.move([FIRST], 'record');
    expect(stage()).toBe('record');
    inFlight.end(FIRST);
    expect(stage()).toBe('pool');
    inFlight.end(SECOND);
    expect(stage()).toBe('batch');
  });

  it('measures for how long no claim has ended, without the time in which no claim was in flight', () => {
    const { state, inFlight } = inFlightWith(3);
    const idleMs = () => inFlight.snapshot().idleMs;
    state.nowMs = 1000;
    inFlight.begin(FIRST);
    inFlight.begin(SECOND);
    state.nowMs = 1500;
    inFlight.begin(THIRD);
    expect(idleMs()).toBe(500);
    inFlight.end(FIRST);
    state.nowMs = 1600;
    expect(idleMs()).toBe(100);
  });
});
