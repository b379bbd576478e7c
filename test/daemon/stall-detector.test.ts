import { describe, expect, it } from 'vitest';
import { StallDetector } from '../../src/daemon/stall-detector.js';
import type { Claim } from '../../src/ledger/ledger.js';
import { ClaimsInFlight } from '../../src/pipeline/claims-in-flight.js';

const [FIRST, SECOND] = [{ id: 1 } as Claim, { id: 2 } as Claim];

/** A pipeline whose clock the test sets, and what is reported about it. */
function pipeline() {
  const told: string[] = [];
  const state = { nowMs: 0, isDue: false, isPaused: false };
  const now = (): number => state.nowMs;
  const inFlight = new ClaimsInFlight({ capacity: () => 2, onRoom: () => undefined, now });
  const detector = new StallDetector({
    activity: () => inFlight.snapshot(),
    isWorkDue: () => state.isDue,
    isPaused: () => state.isPaused,
    limitMs: () => 1000,
    telemetry: {
      pipelineStalled: ({ stage, inFlight }) => told.push(`stalled in ${stage} with ${inFlight}`),
      pipelineMoving: ({ stage, stalledMs }) => told.push(`moves after ${stalledMs} in ${stage}`),
    },
    now,
  });
  const checkAt = (ms: number): void => {
    state.nowMs = ms;
    detector.check();
  };
  return { state, inFlight, detector, told, checkAt };
}

describe('StallDetector', () => {
  it.each(['pool', 'record'] as const)('names the stage that holds: %s', (stage) => {
    const { inFlight, detector, told, checkAt } = pipeline();
    inFlight.begin(FIRST);
    inFlight.move([FIRST], stage);
    checkAt(1000);
    expect(told).toEqual([]);
    checkAt(1001);
    checkAt(1500);
    expect(told).toEqual([`stalled in ${stage} with 1`]);
    expect(detector.stall).toMatchObject({ stage, idleMs: 1500 });
    inFlight.end(FIRST);
    checkAt(2000);
    expect(told[1]).toBe(`moves after 2000 in ${stage}`);
    expect(detector.stall).toBeUndefined();
  });

  it('accepts slow work: every end restarts the time', () => {
    const { inFlight, told, checkAt } = pipeline();
    inFlight.begin(FIRST);
    inFlight.begin(SECOND);
    checkAt(900);
    inFlight.end(FIRST);
    checkAt(1800);
    expect(told).toEqual([]);
  });

  it('finds due files that are not claimed', () => {
    const { state, told, checkAt } = pipeline();
    state.isDue = true;
    checkAt(5000);
    checkAt(6001);
    expect(told).toEqual(['stalled in claim with 0']);
  });

  it('says nothing while there is nothing to do, or the intake is paused', () => {
    const { state, told, checkAt } = pipeline();
    checkAt(5000);
    state.isDue = true;
    state.isPaused = true;
    checkAt(10_000);
    checkAt(20_000);
    expect(told).toEqual([]);
  });
});
