import { Cron } from 'croner';
import { z } from 'zod';
import { messageOf } from '../errors.js';
import type { Problem } from './problems.js';

/** Problems of `evaluation.schedule` that the schema cannot detect, in the file as it was written. */
export function scheduleProblems(value: unknown): Problem[] {
  const { evaluation, models } = skeleton.parse(value);
  const { schedule } = evaluation;
  if (schedule.cron === undefined) return [];
  return [
    ...timeProblems(schedule.cron, schedule.timeZone),
    ...(schedule.data.length === 0 ? [problem('data', 'names no folder to evaluate')] : []),
    ...(schedule.promote.enabled ? promotionProblems(schedule, models.use) : []),
  ];
}

const text = z.string().optional().catch(undefined);
const promote = z
  .object({ enabled: z.boolean().catch(false), label: z.string().catch('production') })
  .catch({ enabled: false, label: 'production' });
const schedule = z
  .object({
    cron: text,
    timeZone: z.string().catch('UTC'),
    data: z.array(z.unknown()).catch([]),
    candidates: z.array(z.string().catch('')).catch([]),
    promote,
  })
  .catch({ cron: undefined, timeZone: 'UTC', data: [], candidates: [], promote: promote.parse({}) });
type CheckedSchedule = z.output<typeof schedule>;
const DEFAULT_USE = [{ model: 'alexnet' }, { model: 'lenet5' }];
const skeleton = z
  .object({
    evaluation: z.object({ schedule }).catch({ schedule: schedule.parse({}) }),
    models: z
      .object({ use: z.array(z.object({ model: text }).catch({ model: undefined })).catch(DEFAULT_USE) })
      .catch({ use: DEFAULT_USE }),
  })
  .catch({ evaluation: { schedule: schedule.parse({}) }, models: { use: DEFAULT_USE } });

function timeProblems(cron: string, timeZone: string): Problem[] {
  if (!isTimeZone(timeZone)) {
    const message = `there is no time zone "${timeZone}"; write an IANA name such as Europe/Berlin or UTC`;
    return [problem('timeZone', message)];
  }
  try {
    const next = new Cron(cron, { timezone: timeZone, mode: '5-part', paused: true }).nextRun();
    return next === null ? [problem('cron', `"${cron}" is a time that never comes`)] : [];
  } catch (error) {
    const shape = 'it must be minute, hour, day, month and weekday, for example "30 2 * * *"';
    return [problem('cron', `"${cron}" is not a cron expression: ${shape} (${messageOf(error)})`)];
  }
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Finds promotions without an effect: no model in use follows the label. */
function promotionProblems(
  { candidates, promote: { label } }: CheckedSchedule,
  use: readonly { model?: string | undefined }[],
): Problem[] {
  if (candidates.length === 0) return [problem('promote', 'is enabled, but there are no candidates')];
  const followed = use.flatMap(({ model }) => {
    const [name = '', target = 'production'] = (model ?? '').split('@');
    return target === label ? [name] : [];
  });
  return candidates.flatMap((candidate, index) => {
    const [name = ''] = candidate.split('@');
    if (followed.includes(name)) return [];
    const message = `is enabled, but models.use does not follow ${name}@${label}, so promoting ${candidate} would change nothing`;
    return [{ path: ['evaluation', 'schedule', 'candidates', index], message: `promote ${message}` }];
  });
}

function problem(option: string, message: string): Problem {
  return { path: ['evaluation', 'schedule', option], message };
}
