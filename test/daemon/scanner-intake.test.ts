import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { configSchema } from '../../src/config/schema.js';
import { ScannerIntake } from '../../src/daemon/scanner-intake.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { MemoryIntake, recordingTelemetry } from '../watch/fixtures.js';

it('A daemon passes on to the ledger that an event has named a file, and wakes the pipeline when it is queued', async () => {
  const folder = temporaryFolder();
  const queue = new MemoryIntake();
  const onQueued = vi.fn();
  const intake = new ScannerIntake(queue, recordingTelemetry().telemetry, onQueued);
  onTestFinished(() => intake.stop());
  await intake.watch(
    configSchema.parse({
      stateFolder: folder,
      scanners: [{ name: 'left', folder, settle: { quietMs: 50, incompleteAfterMs: 100 } }],
      models: { use: [{ model: 'lenet5' }] },
    }),
  );
  writeFileSync(join(folder, 'a.png'), 'content');
  await vi.waitFor(() => expect(queue.changing).toMatchObject([{ path: 'a.png' }]), { timeout: 20_000 });
  await vi.waitFor(() => expect(onQueued).toHaveBeenCalled(), { timeout: 20_000 });
});
