import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SmearwatchError } from '../../../src/errors.js';
import { RunLog } from '../../../src/evaluate/planned/run-log.js';
import { addLeNet5, emptyRegistry } from '../../fixtures/registry.js';
import { metricsOf } from './metrics.js';
import { SimulatedDaemon } from './simulated-daemon.js';

const HOUR = 3_600_000;

describe('A planned evaluation', () => {
  it('runs at its time, every night, and says when the next is', async () => {
    const daemon = new SimulatedDaemon('2026-03-01T12:00:00Z');
    const planned = await daemon.start();
    expect(planned.status).toMatchObject({ nextRunAt: '2026-03-02T01:30:00.000Z' });
    await daemon.clock.until('2026-03-03T12:00:00Z');
    expect(daemon.begun).toEqual(['2026-03-02T01-30-00Z at 01:30', '2026-03-03T01-30-00Z at 01:30']);
    expect(await daemon.outcomes()).toEqual(['2026-03-02T01:30 ok', '2026-03-03T01:30 ok']);
    expect(planned.status).toMatchObject({
      nextRunAt: '2026-03-04T01:30:00.000Z',
      lastRun: { finishedAt: '2026-03-03T01:50:00.000Z', outcome: 'ok' },
      progress: undefined,
    });
  });

  it('runs once when 02:30 does not exist, and once when it comes twice', async () => {
    const spring = new SimulatedDaemon('2027-03-27T12:00:00Z');
    await spring.start();
    await spring.clock.until('2027-03-29T12:00:00Z');
    expect(await spring.outcomes()).toEqual(['2027-03-28T01:30 ok', '2027-03-29T00:30 ok']);
    const autumn = new SimulatedDaemon('2026-10-24T12:00:00Z');
    await autumn.start();
    await autumn.clock.until('2026-10-26T12:00:00Z');
    expect(await autumn.outcomes()).toEqual(['2026-10-25T00:30 ok', '2026-10-26T01:30 ok']);
  });

  it('is skipped when the previous one still runs', async () => {
    const daemon = new SimulatedDaemon('2026-03-01T12:00:00Z');
    daemon.durationMs = 30 * HOUR;
    await daemon.start();
    await daemon.clock.until('2026-03-04T12:00:00Z');
    expect(await daemon.outcomes()).toEqual([
      '2026-03-02T01:30 ok',
      '2026-03-03T01:30 skipped',
      '2026-03-04T01:30 running',
    ]);
    expect(daemon.told).toContain('not run skipped');
    expect(daemon.recorded.find(({ event }) => event === 'evaluation-skipped')?.details).toMatchObject({
      reason: 'The run 2026-03-02T01-30-00Z was still under way.',
    });
  });

  it('that was missed is made up for once, at the next start, and the older ones are noted', async () => {
    const daemon = new SimulatedDaemon('2026-03-01T12:00:00Z');
    await daemon.start();
    await daemon.end();
    daemon.clock.jumpTo('2026-03-04T09:00:00Z');
    await daemon.start();
    await daemon.clock.until('2026-03-04T12:00:00Z');
    expect(daemon.begun).toEqual(['2026-03-04T01-30-00Z at 09:00']);
    expect(await daemon.outcomes()).toEqual([
      '2026-03-02T01:30 missed',
      '2026-03-03T01:30 missed',
      '2026-03-04T01:30 ok (made up)',
    ]);
    await daemon.end();
    await daemon.start();
    await daemon.clock.until('2026-03-04T13:00:00Z');
    expect(daemon.begun).toHaveLength(1);
  });

  it('that was missed is only recorded if configured so', async () => {
    const daemon = new SimulatedDaemon('2026-03-01T12:00:00Z', { missed: 'note' });
    await daemon.start();
    await daemon.end();
    daemon.clock.jumpTo('2026-03-02T09:00:00Z');
    await daemon.start();
    await daemon.clock.until('2026-03-02T12:00:00Z');
    expect(daemon.begun).toEqual([]);
    expect(await daemon.outcomes()).toEqual(['2026-03-02T01:30 missed']);
    expect(daemon.recorded).toMatchObject([
      { event: 'evaluation-missed', details: { reason: 'No daemon was running at that time.' } },
    ]);
  });

  it('is not made up for when the schedule is new: it has no missed times', async () => {
    const daemon = new SimulatedDaemon('2026-03-01T12:00:00Z', { cron: '0 4 * * *' });
    const planned = await daemon.start();
    await daemon.clock.until('2026-03-01T13:00:00Z');
    daemon.configure({ cron: '0 12 * * *', timeZone: 'UTC' });
    await planned.replan();
    expect(planned.status.nextRunAt).toBe('2026-03-02T12:00:00.000Z');
    expect(daemon.begun).toEqual([]);
  });

  it('runs also when the computer slept until shortly after its time', async () => {
    const daemon = new SimulatedDaemon('2026-03-01T12:00:00Z', { missed: 'note' });
    await daemon.start();
    daemon.clock.jumpTo('2026-03-02T01:33:00Z');
    await daemon.clock.until('2026-03-02T03:00:00Z');
    expect(await daemon.outcomes()).toEqual(['2026-03-02T01:30 ok']);
  });

  it('is not run a second time when the clock is set back', async () => {
    const daemon = new SimulatedDaemon('2026-03-01T12:00:00Z');
    await daemon.start();
    await daemon.clock.until('2026-03-02T02:00:00Z');
    await daemon.end();
    daemon.clock.jumpTo('2026-03-02T01:00:00Z');
    await daemon.start();
    await daemon.clock.until('2026-03-02T03:00:00Z');
    expect(daemon.begun).toHaveLength(1);
  });

  it('is planned again when the clock had been far ahead', async () => {
    const daemon = new SimulatedDaemon('2036-03-01T12:00:00Z');
    await daemon.start();
    await daemon.clock.until('2036-03-02T12:00:00Z');
    await daemon.end();
    daemon.clock.jumpTo('2026-03-01T12:00:00Z');
    const planned = await daemon.start();
    expect(planned.status.nextRunAt).toBe('2026-03-02T01:30:00.000Z');
  });

  it('does not run without a schedule', async () => {
    const daemon = new SimulatedDaemon('2026-03-01T12:00:00Z');
    daemon.configure({ cron: undefined });
    const planned = await daemon.start();
    await daemon.clock.until('2026-03-09T12:00:00Z');
    expect(daemon.begun).toEqual([]);
    expect(planned.status.nextRunAt).toBeUndefined();
  });
});

describe('A run that was interrupted by the end of the daemon', () => {
  it.each([{ kill: false }, { kill: true }])('continues at the next start: %o', async (how) => {
    const daemon = new SimulatedDaemon('2026-03-01T12:00:00Z');
    await daemon.start();
    await daemon.clock.until('2026-03-02T01:40:00Z');
    await daemon.end(how);
    expect(await daemon.outcomes()).toEqual(['2026-03-02T01:30 running']);
    daemon.clock.jumpTo('2026-03-02T05:00:00Z');
    await daemon.start();
    await daemon.clock.until('2026-03-02T06:00:00Z');
    expect(daemon.begun).toEqual(['2026-03-02T01-30-00Z at 01:30', '2026-03-02T01-30-00Z at 05:00']);
    expect(await daemon.outcomes()).toEqual(['2026-03-02T01:30 ok']);
    const starts = daemon.recorded.filter(({ event }) => event === 'evaluation-started');
    expect(starts.map(({ details }) => details['attempt'])).toEqual([1, 2]);
  });

  it('continues in place of those that were missed since then', async () => {
    const daemon = new SimulatedDaemon('2026-03-01T12:00:00Z');
    await daemon.start();
    await daemon.clock.until('2026-03-02T01:40:00Z');
    await daemon.end();
    daemon.clock.jumpTo('2026-03-04T05:00:00Z');
    await daemon.start();
    await daemon.clock.until('2026-03-04T06:00:00Z');
    expect(await daemon.outcomes()).toEqual([
      '2026-03-02T01:30 ok',
      '2026-03-03T01:30 missed',
      '2026-03-04T01:30 missed',
    ]);
  });

  it('is given up when it ends the daemon repeatedly', async () => {
    const daemon = new SimulatedDaemon('2026-03-01T12:00:00Z');
    await daemon.start();
    await daemon.clock.until('2026-03-02T01:31:00Z');
    for (let restart = 1; restart <= 6; restart += 1) {
      await daemon.end({ kill: true });
      await daemon.start();
    }
    expect(daemon.begun).toHaveLength(5);
    expect(await daemon.outcomes()).toEqual(['2026-03-02T01:30 failed']);
    await daemon.clock.until('2026-03-03T06:00:00Z');
    expect(await daemon.outcomes()).toEqual(['2026-03-02T01:30 failed', '2026-03-03T01:30 ok']);
  });
});

describe('The result of a run', () => {
  it('is an alarm and no promotion when a gate was failed', async () => {
    const daemon = new SimulatedDaemon('2026-03-01T12:00:00Z', {
      promote: { enabled: true },
      candidates: ['alexnet@next'],
    });
    daemon.found = metricsOf(
      [
        { version: '1', shareRight: 0.8 },
        { version: '2', shareRight: 0.9 },
      ],
      [{ gate: 'alexnet@1 shareRight ≥ 0.9', value: 0.8, limit: 0.9 }],
    );
    await daemon.start();
    await daemon.clock.until('2026-03-02T12:00:00Z');
    expect(await daemon.outcomes()).toEqual(['2026-03-02T01:30 gate-failed']);
    expect(daemon.told).toEqual([
      'started',
      'gate failed',
      'finished gate-failed',
      expect.stringContaining('not promoted: alexnet@2 beats alexnet@1') as string,
    ]);
    expect(daemon.recorded.map(({ event }) => event)).toEqual([
      'evaluation-started',
      'gate-failed',
      'evaluation-finished',
    ]);
    expect(daemon.recorded[1]?.details).toMatchObject({ gate: 'alexnet@1 shareRight ≥ 0.9', value: 0.8 });
  });

  it('is a failure that is reported, and the next night runs', async () => {
    const daemon = new SimulatedDaemon('2026-03-01T12:00:00Z');
    daemon.found = new SmearwatchError('evaluation-data-empty', '/data/cells has no image to evaluate');
    await daemon.start();
    await daemon.clock.until('2026-03-02T12:00:00Z');
    expect(daemon.recorded.at(-1)).toMatchObject({
      event: 'evaluation-failed',
      details: { reason: '/data/cells has no image to evaluate' },
    });
    daemon.found = metricsOf([{ version: '1', shareRight: 0.95 }]);
    await daemon.clock.until('2026-03-03T12:00:00Z');
    expect(await daemon.outcomes()).toEqual(['2026-03-02T01:30 failed', '2026-03-03T01:30 ok']);
  });

  it('is exported again after a restart', async () => {
    const daemon = new SimulatedDaemon('2026-03-01T12:00:00Z');
    await daemon.start();
    await daemon.clock.until('2026-03-02T12:00:00Z');
    await daemon.end();
    await daemon.start();
    expect(daemon.told.at(-1)).toBe('restored');
  });

  it('is kept for the last runs; older reports are removed, and nothing else', async () => {
    const daemon = new SimulatedDaemon('2026-03-01T12:00:00Z', { keepReports: 2 });
    const reports = join(daemon.config.stateFolder, 'planned-evaluations');
    const ids = [2, 3, 4].map((day) => `2026-03-0${day}T01-30-00Z`);
    for (const id of [...ids, 'kept by hand']) mkdirSync(join(reports, id), { recursive: true });
    await daemon.start();
    await daemon.clock.until('2026-03-04T12:00:00Z');
    expect(ids.map((id) => existsSync(join(reports, id)))).toEqual([false, true, true]);
    expect(existsSync(join(reports, 'kept by hand'))).toBe(true);
  });
});

describe('A candidate that beats the model in use', () => {
  async function promoting(
    enabled: boolean,
    before: (registry: ReturnType<typeof emptyRegistry>) => Promise<void>,
  ) {
    const daemon = new SimulatedDaemon('2026-03-01T12:00:00Z', {
      candidates: ['alexnet@candidate'],
      promote: { enabled, margin: 0.02 },
    });
    const registry = emptyRegistry(daemon.folder);
    for (const seed of [1, 2, 3]) await addLeNet5(registry, seed, { name: 'alexnet' });
    await registry.promote('alexnet', 1);
    daemon.found = metricsOf([
      { version: '1', shareRight: 0.9 },
      { version: '2', shareRight: 0.95 },
    ]);
    await daemon.start();
    await daemon.clock.until('2026-03-02T01:40:00Z');
    await before(registry);
    await daemon.clock.until('2026-03-02T12:00:00Z');
    return { daemon, promoted: await registry.labelled('alexnet', 'production') };
  }
  const nothing = (): Promise<void> => Promise.resolve();

  it('is promoted where that is enabled, with the numbers in the audit trail', async () => {
    const { daemon, promoted } = await promoting(true, nothing);
    expect(promoted).toBe(2);
    expect(daemon.recorded.at(-1)).toMatchObject({
      event: 'model-promoted',
      details: {
        run: '2026-03-02T01-30-00Z',
        model: 'alexnet',
        label: 'production',
        version: 2,
        previous: 1,
        rule: { figure: 'shareRight', margin: 0.02 },
        compared: [{ set: 'cells', candidate: 0.95, inUse: 0.9, images: 100 }],
        reason:
          'alexnet@2 beats alexnet@1 by 0.02 in shareRight: 0.9500 against 0.9000 on cells (100 images).',
      },
    });
  });

  it('is not promoted where that is not enabled', async () => {
    const { daemon, promoted } = await promoting(false, nothing);
    expect(promoted).toBe(1);
    expect(daemon.told.at(-1)).toContain('evaluation.schedule.promote.enabled is false');
    expect(daemon.recorded.map(({ event }) => event)).not.toContain('model-promoted');
  });

  it('is not promoted when the label was moved in the meantime', async () => {
    const { daemon, promoted } = await promoting(true, (registry) => registry.promote('alexnet', 3));
    expect(promoted).toBe(3);
    expect(daemon.told.at(-1)).toContain('alexnet@production was moved to alexnet@3');
  });
});

describe('The state of the runs', () => {
  it('that cannot be read is set aside, and planned evaluations continue', async () => {
    const daemon = new SimulatedDaemon('2026-03-01T12:00:00Z');
    mkdirSync(daemon.config.stateFolder);
    const file = join(daemon.config.stateFolder, 'planned-evaluations.json');
    writeFileSync(file, '{"version":1');
    await daemon.start();
    expect(daemon.told.join()).toContain('trouble:');
    expect(readFileSync(`${file}.invalid`, 'utf8')).toBe('{"version":1');
    await daemon.clock.until('2026-03-02T12:00:00Z');
    expect(await daemon.outcomes()).toEqual(['2026-03-02T01:30 ok']);
  });

  it('that cannot be written is reported, and the evaluation runs nevertheless', async () => {
    const daemon = new SimulatedDaemon('2026-03-01T12:00:00Z');
    await daemon.start();
    mkdirSync(join(daemon.folder, 'elsewhere'));
    daemon.config = { ...daemon.config, stateFolder: join(daemon.folder, 'elsewhere') };
    await daemon.clock.until('2026-03-02T12:00:00Z');
    expect(daemon.told).toContain('finished ok');
  });

  it('is kept for years', async () => {
    const log = await RunLog.load('/nowhere');
    for (let day = 0; day < 2100; day += 1) {
      const plannedAt = new Date(day * 86_400_000).toISOString();
      log.put({ id: plannedAt.slice(0, 10), plannedAt, outcome: 'ok', madeUp: false, attempts: 1 });
    }
    expect(log.runs).toHaveLength(2000);
    expect(log.runs[0]?.id).toBe('1970-04-11');
  });
});
