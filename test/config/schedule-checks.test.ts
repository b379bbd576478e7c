import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parseConfig } from '../../src/config/load.js';
import type { Config } from '../../src/config/schema.js';

function configured(schedule: object, models: object = {}): Config {
  const config = {
    stateFolder: 'state',
    scanners: [{ name: 'left', folder: 'in' }],
    models,
    evaluation: { schedule: { cron: '30 2 * * *', data: ['cells'], ...schedule } },
  };
  return parseConfig(stringify(config), '/lab/smearwatch.yaml');
}

it('A schedule that is right is taken, with absolute paths', () => {
  const { evaluation } = configured({ timeZone: 'Europe/Berlin', folder: 'reports' });
  expect(evaluation.schedule).toMatchObject({
    data: ['/lab/cells'],
    folder: '/lab/reports',
    missed: 'make-up',
    keepReports: 30,
    promote: { enabled: false, figure: 'shareRight', margin: 0.01, label: 'production' },
  });
});

it.each([
  ['a time zone that does not exist', { timeZone: 'Europe/Berln' }, 'there is no time zone "Europe/Berln"'],
  ['four fields', { cron: '30 2 * *' }, '"30 2 * *" is not a cron expression: it must be minute, hour'],
  ['seconds', { cron: '0 30 2 * * *' }, 'is not a cron expression'],
  ['a minute that does not exist', { cron: '99 2 * * *' }, 'Invalid value for minute: 99'],
  ['a time that never comes', { cron: '0 0 30 2 *' }, 'is a time that never comes'],
  ['nothing to evaluate', { data: [] }, 'names no folder to evaluate'],
  ['reports in a scanner folder', { folder: 'in/reports' }, 'is inside the folder of scanners[0]'],
  ['promotion of nothing', { promote: { enabled: true } }, 'is enabled, but there are no candidates'],
  [
    'promotion by a label that nothing follows',
    { promote: { enabled: true, label: 'best' }, candidates: ['alexnet@next'] },
    'models.use does not follow alexnet@best',
  ],
  ['a figure that does not exist', { promote: { figure: 'luck' } }, 'evaluation.schedule.promote.figure'],
])('A schedule with %s is refused, with what is wrong', (_, schedule, message) => {
  expect(() => configured(schedule)).toThrow(message);
});

it.each([
  ['production, which is what a bare name follows', { use: [{ model: 'alexnet' }] }, {}],
  ['a label of its own', { use: [{ model: 'alexnet@best' }] }, { label: 'best' }],
])('Promotion by %s is taken', (_, models, promote) => {
  const schedule = { promote: { enabled: true, ...promote }, candidates: ['alexnet@next'] };
  expect(configured(schedule, models).evaluation.schedule.promote.enabled).toBe(true);
});

it('Promotion of a model whose version models.use pins is refused: it would change nothing', () => {
  const schedule = { promote: { enabled: true }, candidates: ['alexnet@next'] };
  expect(() => configured(schedule, { use: [{ model: 'alexnet@3' }] })).toThrow('would change nothing');
});
