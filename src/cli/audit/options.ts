import type { Options } from 'yargs';
import type { AuditFilter } from '../../audit/read-audit.js';
import { configOption, stateOption, usageError } from '../options.js';

export const trailOptions = { config: configOption, state: stateOption } as const;

export const filterOptions = {
  event: { type: 'string', requiresArg: true, describe: 'Only this event, for instance model-promoted.' },
  since: {
    type: 'string',
    requiresArg: true,
    describe: 'Only from then on: 2026-03-01 or 2026-03-01T14:00:00Z; a date alone is midnight UTC.',
    coerce: moment,
  },
} as const satisfies Readonly<Record<string, Options>>;

interface AuditFilterValues {
  readonly event: string | undefined;
  readonly since: string | undefined;
}

export function auditFilter({ event, since }: AuditFilterValues): AuditFilter {
  return { ...(event !== undefined && { event }), ...(since !== undefined && { since }) };
}

/** Accepts RFC 3339 only: the other formats of `Date` depend on the time zone and the version of Node.js. */
function moment(text: string): string {
  const isRfc3339 = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  const time = isRfc3339 ? new Date(text) : new Date(NaN);
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw usageError(
    '--since must be a date or a time with its zone',
    'For instance 2026-03-01 or 2026-03-01T14:00:00+01:00.',
  );
}
