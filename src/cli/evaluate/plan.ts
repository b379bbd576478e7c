import { join, resolve } from 'node:path';
import type { EvaluationPlan } from '../../evaluate/plan.js';
import { configOrDefaults, modelsOf } from '../classify/settings.js';
import { usageError } from '../options.js';
import { timestamp } from '../timestamp.js';
import type { EvaluateValues } from './options.js';

/** The configuration's values, or the defaults without one, and on top of them what was typed. */
export function planOf(values: EvaluateValues, now = new Date()): EvaluationPlan {
  const { data, split, part, by, workers } = values;
  if (split !== undefined && part === 'all')
    throw usageError('--part all and --split contradict each other', 'Leave one of them out.');
  const out = values.out ?? join('evaluations', timestamp(now));
  const { pipeline, pool, review, evaluation, shutdownTimeoutMs, models } = configOrDefaults(values.config);
  return {
    dataDir: resolve(data),
    outDir: resolve(out),
    ...(split !== undefined && { splitFile: resolve(split) }),
    ...(part !== undefined && { part }),
    ...(by !== undefined && { by }),
    config: {
      models: modelsOf(values, models),
      pool: workers === undefined ? pool : { ...pool, workers },
      pipeline,
      review,
      evaluation,
      shutdownTimeoutMs,
    },
    command: commandLine({ ...values, out }),
  };
}

/**
 * The options that the user may type, in the order in which the plan prints them; omitted ones are not added.
 */
const TYPED = [
  'data',
  'models',
  'split',
  'part',
  'by',
  'out',
  'registry',
  'config',
  'engine',
  'workers',
] as const;

function commandLine(values: EvaluateValues): string {
  const options = TYPED.flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [`--${name} ${quoted(String(value))}`];
  });
  return ['smearwatch evaluate', ...options].join(' ');
}

/** Quotes a value so that a POSIX shell reads it as one word. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
