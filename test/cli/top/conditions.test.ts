import { describe, expect, it } from 'vitest';
import { DISK_FACTOR, LIMITS } from '../../../grafana/source/thresholds.js';
import { conditionsOf, RULES } from '../../../src/cli/top/conditions.js';
import type { DaemonReport } from '../../../src/cli/status/ask-daemon.js';
import { readFigures, type ScrapedFigures } from '../../../src/cli/top/figures.js';
import type { Telemetry } from '../../../src/telemetry/telemetry.js';
import { figuresOf, reportOf, STATUS } from './seen.js';

/** The conditions that are not well. */
function wrongs(report: DaemonReport, figures: ScrapedFigures): string[] {
  return conditionsOf(report, figures)
    .filter(({ level }) => level !== 'ok')
    .map(({ level, name, detail }) => `${level} ${name}: ${detail}`);
}

async function wrongsAfter(events: (telemetry: Telemetry) => void): Promise<string[]> {
  return wrongs(reportOf(), await figuresOf(events));
}

describe('The conditions', () => {
  it('have the limits of the alert rules', () => {
    expect(RULES).toEqual({
      oldestMs: LIMITS.oldestImageSeconds.value * 1000,
      diskFreeBytes: LIMITS.diskFreeBytes.value,
      diskFactor: DISK_FACTOR,
    });
  });

  it('are all well while nothing is wrong', async () => {
    expect(await wrongsAfter(() => undefined)).toEqual([]);
  });

  it('are well in a daemon that does not tell', () => {
    expect(wrongs(reportOf(), readFigures(''))).toEqual([]);
  });

  it.each<[string, Partial<typeof STATUS>]>([
    ['WARN workers: 1 of 2 missing', { workers: { configured: 2, alive: 1, busy: 0, stuck: 0 } }],
    ['WARN workers: 2 of 2 missing, 1 stuck', { workers: { configured: 2, alive: 0, busy: 0, stuck: 1 } }],
    [
      'ALERT flow: not taken in: left',
      { scanners: [{ name: 'left', folder: '/srv/left', unsettled: 0, problem: 'it does not exist' }] },
    ],
    ['WARN oldest: 2 h 0 min', { work: { ...STATUS.work, oldestMs: 7_200_000 } }],
  ])('say %s', async (sentence, status) => {
    expect(wrongs(reportOf(status), await figuresOf(() => undefined))).toEqual([sentence]);
  });

  it.each<[string, (telemetry: Telemetry) => void]>([
    ['ALERT disk: full: intake paused', (t) => t.intakePaused({ cause: 'disk', reason: '' })],
    ['ALERT flow: a folder is unreachable', (t) => t.intakePaused({ cause: 'folder', reason: '' })],
    ['ALERT flow: stalled', (t) => t.pipelineStalled({ stage: 'pool', idleMs: 1, inFlight: 1 })],
    ['WARN settings: a change was refused', (t) => t.reloadRefused({ error: new Error('no') })],
  ])('say %s', async (sentence, events) => {
    expect(await wrongsAfter(events)).toEqual([sentence]);
  });

  it('are well again after a pause', async () => {
    const sentences = await wrongsAfter((telemetry) => {
      telemetry.intakePaused({ cause: 'disk', reason: '' });
      telemetry.intakeResumed({ cause: 'disk', reason: '' });
    });
    expect(sentences).toEqual([]);
  });

  it('say which disk has least room, before the daemon pauses', async () => {
    const figures = await figuresOf(() => undefined);
    const disks = [
      { name: 'ledger', freeBytes: 9e9 },
      { name: 'json', freeBytes: 2 ** 29 },
    ];
    expect(wrongs(reportOf(), { ...figures, disks })).toEqual(['ALERT disk: 512 MiB free']);
    expect(wrongs(reportOf(), { ...figures, disks, minFreeBytes: 1e10 })).toHaveLength(1);
    const roomy = [{ name: 'ledger', freeBytes: 9e9 }];
    expect(wrongs(reportOf(), { ...figures, disks: roomy, minFreeBytes: 1e9 })).toEqual([]);
    expect(wrongs(reportOf(), { ...figures, disks: roomy, minFreeBytes: 3e9 })).toHaveLength(1);
  });

  it('say which sink fails, in the words of /readyz', async () => {
    const report = reportOf({}, ['paused: x', 'sink json fails: ENOSPC']);
    const figures = await figuresOf(() => undefined);
    expect(wrongs(report, figures)).toEqual(['WARN sinks: json fails: ENOSPC']);
  });
});
