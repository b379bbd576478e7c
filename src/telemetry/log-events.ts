import type { EventParts } from './conditions.js';
import type { LogLosses } from './log-output.js';

/** Events of the log itself: lines that were dropped because its reader has stalled or its disk is full. */
export function logLosses({ logger, metrics }: EventParts): LogLosses {
  const total = metrics.counter(
    'log_lines_dropped_total',
    'Log lines that were dropped because the log could not be written and too many lines waited.',
  );
  return {
    dropped: () => total.inc(),
    resumed: (lines) => logger.warn({ lines }, 'Log lines were dropped while the log could not be written'),
  };
}
