import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { readAudit } from '../../src/audit/read-audit.js';
import { AuditRecorder } from '../../src/audit/recorder.js';
import { verifyAudit } from '../../src/audit/verify.js';
import { temporaryFolder } from '../fixtures/folders.js';

function recorderIn(stateFolder: string, options = {}) {
  const telemetry = { auditAppended: vi.fn(), auditFailed: vi.fn() };
  return {
    telemetry,
    recorder: new AuditRecorder({ stateFolder, telemetry, retryIntervalMs: 20, ...options }),
  };
}

const events = (folder: string): string[] =>
  readAudit(folder, {}, (entries) => [...entries].map(({ event }) => event));

it('A recorded entry is durable, and its hash is reported', () => {
  const folder = join(temporaryFolder(), 'state');
  const { recorder, telemetry } = recorderIn(folder);
  recorder.record({ event: 'daemon-started', details: { version: '1' } });
  const { head } = verifyAudit(folder);
  expect(recorder.status).toEqual({ head, writable: true, waiting: 0 });
  expect(telemetry.auditAppended).toHaveBeenCalledWith(expect.objectContaining({ ...head, actor: 'daemon' }));
  recorder.close();
});

it('While the trail cannot be written, entries wait in order with their time, and an alarm is raised', async () => {
  const folder = temporaryFolder();
  const state = join(folder, 'state');
  writeFileSync(state, 'a file where the folder should be');
  const { recorder, telemetry } = recorderIn(state);
  recorder.record({ event: 'daemon-started', at: new Date('2026-01-01T00:00:00Z') });
  recorder.record({ event: 'models-loaded' });
  expect(recorder.status).toMatchObject({ writable: false, waiting: 2, head: undefined });
  expect(telemetry.auditFailed).toHaveBeenCalledTimes(2);
  renameSync(state, `${state} moved away`);
  await expect.poll(() => recorder.status.waiting).toBe(0);
  expect(recorder.status).toMatchObject({ writable: true });
  expect(events(state)).toEqual(['daemon-started', 'models-loaded']);
  expect(readAudit(state, {}, ([first]) => first?.time)).toBe('2026-01-01T00:00:00.000Z');
  recorder.close();
});

it('Entries that had to be dropped are counted in the trail', () => {
  const folder = temporaryFolder();
  const state = join(folder, 'state');
  writeFileSync(state, '');
  const { recorder } = recorderIn(state, { retryIntervalMs: 60_000, maxWaiting: 30 });
  for (let count = 0; count < 33; count += 1) recorder.record({ event: 'label-set' });
  renameSync(state, `${state} moved away`);
  recorder.record({ event: 'daemon-stopped' });
  recorder.close();
  const entries = readAudit(state, {}, (all) => [...all].map((entry) => ({ ...entry })));
  expect(entries).toHaveLength(31);
  expect(entries[0]).toMatchObject({ event: 'audit-lost', details: '{"entries":4}' });
  expect(entries.at(-1)?.event).toBe('daemon-stopped');
});

it('The start says how the run before ended', () => {
  const folder = temporaryFolder();
  const first = recorderIn(folder).recorder;
  expect(first.previousRun()).toBe('none');
  first.record({ event: 'daemon-started' });
  first.close();
  const second = recorderIn(folder).recorder;
  expect(second.previousRun()).toBe('ended without stopping');
  second.record({ event: 'daemon-stopped' });
  expect(second.previousRun()).toBe('stopped');
  second.close();
});
