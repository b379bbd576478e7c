import { expect, it } from 'vitest';
import { RunLog } from '../../src/evaluate/planned/run-log.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { smearwatch } from './capture.js';

it('evaluations lists the outcomes of the planned runs', async () => {
  const state = temporaryFolder();
  expect((await smearwatch('evaluations', '--state', state)).out).toContain('No evaluation was planned yet');
  const log = await RunLog.load(state);
  const common = { madeUp: false, attempts: 1, plannedAt: '2026-03-02T01:30:00.000Z' };
  log.put({ ...common, id: '2026-03-02T01-30-00Z', outcome: 'ok' });
  const missed = { plannedAt: '2026-03-03T01:30:00.000Z', reason: 'No daemon was running at that time.' };
  log.put({ ...common, ...missed, id: '2026-03-03T01-30-00Z', outcome: 'missed', attempts: 0 });
  await log.save();
  const { out, exitCode } = await smearwatch('evaluations', '--state', state);
  const lines = out.trimEnd().split('\n');
  expect(lines[1]).toMatch(/ ok .* 2026-03-02T01-30-00Z$/);
  expect(lines[2]).toMatch(/ missed .* No daemon was running at that time\.$/);
  expect(exitCode).toBe(0);
  const json = await smearwatch('evaluations', '--state', state, '--json', '--limit', '1');
  expect(JSON.parse(json.out)).toMatchObject([{ outcome: 'missed' }]);
});
