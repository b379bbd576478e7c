import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { configSchema, type Config } from '../../src/config/schema.js';
import { DiskGuard, type DiskGuardOptions } from '../../src/daemon/disk-guard.js';
import { ScannerPauses } from '../../src/daemon/scanner-pauses.js';
import { silent } from '../../src/telemetry/silent.js';
import { temporaryFolder } from '../fixtures/folders.js';

function listener(): { told: string[]; telemetry: DiskGuardOptions['telemetry']; onResumed: () => void } {
  const told: string[] = [];
  return {
    told,
    telemetry: {
      ...silent('disksMeasured'),
      intakePaused: ({ reason }) => told.push(`paused: ${reason}`),
      intakeResumed: ({ reason }) => told.push(`resumed: ${reason}`),
    },
    onResumed: () => told.push('claim'),
  };
}

const config: Config = configSchema.parse({
  stateFolder: '/state',
  scanners: [{ name: 'left', folder: '/in', afterwards: { action: 'move', to: '/moved' } }],
  sinks: [{ type: 'json', folder: '/results' }],
  disk: { minFreeBytes: 100 * 1_048_576 },
});

describe('DiskGuard', () => {
  it.each(['/state', '/results', '/moved'])(
    'pauses while %s has no room, and resumes with some to spare',
    async (full) => {
      const { told, ...parts } = listener();
      const free = { mib: 99 };
      const guard = new DiskGuard({
        config: () => config,
        ...parts,
        freeBytes: (folder) => Promise.resolve((folder === full ? free.mib : 1e6) * 1_048_576),
      });
      await guard.look();
      expect(guard.isPaused).toBe(true);
      expect(guard.reason).toContain(`(${full})`);
      expect(guard.reason).toContain('99 MiB');
      free.mib = 120;
      await guard.look();
      expect(guard.isPaused).toBe(true);
      free.mib = 125;
      await guard.look();
      expect(guard.isPaused).toBe(false);
      expect(told).toEqual([expect.stringContaining('paused'), expect.stringContaining('resumed'), 'claim']);
    },
  );

  it('reports the free space of every disk, also with the check turned off', async () => {
    const disksMeasured = vi.fn();
    const { telemetry, ...parts } = listener();
    const guard = new DiskGuard({
      config: () => ({ ...config, disk: { minFreeBytes: 0 } }),
      telemetry: { ...telemetry, disksMeasured },
      ...parts,
      freeBytes: (folder) => (folder === '/moved' ? Promise.reject(new Error('EIO')) : Promise.resolve(7)),
    });
    await guard.look();
    expect(guard.isPaused).toBe(false);
    expect(disksMeasured).toHaveBeenCalledWith({
      disks: [
        { disk: 'ledger', what: 'the ledger', folder: '/state', freeBytes: 7 },
        { disk: 'sink-json', what: 'sink json', folder: '/results', freeBytes: 7 },
      ],
      minFreeBytes: 0,
    });
  });

  it('does not pause for a disk that cannot be asked', async () => {
    const guard = new DiskGuard({
      config: () => config,
      ...listener(),
      freeBytes: () => Promise.reject(new Error('EACCES')),
    });
    await guard.look();
    expect(guard.isPaused).toBe(false);
  });

  it('asks the parent of a folder that is not made yet', async () => {
    const folder = temporaryFolder();
    const stateFolder = join(folder, 'not/yet');
    const minFreeBytes = Number.MAX_SAFE_INTEGER;
    const guard = new DiskGuard({
      config: () => ({ ...config, stateFolder, disk: { minFreeBytes } }),
      ...listener(),
    });
    await guard.look();
    expect(guard.reason).toContain(stateFolder);
  });
});

describe('ScannerPauses', () => {
  it('pauses a scanner until its folder is back', async () => {
    const folder = join(temporaryFolder(), 'share');
    const { told, ...parts } = listener();
    const pauses = new ScannerPauses({ folderOf: () => folder, ...parts });
    pauses.pause('left');
    pauses.pause('left');
    await pauses.look();
    expect(pauses.paused).toEqual(['left']);
    mkdirSync(folder);
    await pauses.look();
    expect(pauses.paused).toEqual([]);
    expect(told).toEqual([
      `paused: the folder ${folder} of scanner left is not there, or does not answer`,
      'resumed: the folder of scanner left is back',
      'claim',
    ]);
    rmdirSync(folder);
  });
});
