import { expect, it } from 'vitest';
import { RunLog, type RunOutcome } from '../../../src/evaluate/planned/run-log.js';
import { temporaryFolder } from '../../fixtures/folders.js';

async function lostAfter(...outcomes: readonly RunOutcome[]): Promise<number> {
  const log = await RunLog.load(temporaryFolder());
  for (const [index, outcome] of outcomes.entries()) {
    const day = String(index + 1).padStart(2, '0');
    log.put({
      id: `2026-03-${day}T01-30-00Z`,
      plannedAt: `2026-03-${day}T01:30:00.000Z`,
      outcome,
      madeUp: false,
      attempts: 1,
    });
  }
  return log.lost;
}

it('runs without a result are counted since the last complete one', async () => {
  expect(await lostAfter()).toBe(0);
  expect(await lostAfter('missed', 'missed')).toBe(2);
  expect(await lostAfter('missed', 'ok', 'failed', 'skipped')).toBe(2);
  expect(await lostAfter('failed', 'missed', 'gate-failed')).toBe(0);
  expect(await lostAfter('ok', 'missed', 'running')).toBe(1);
});
