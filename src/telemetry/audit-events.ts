import type { Logger } from './log.js';
import type { MetricFactory } from './metrics.js';
import type { Telemetry } from './telemetry.js';

/** The audit trail's entries, and the alarm when they cannot be written. */
export function auditEvents(
  logger: Logger,
  metrics: MetricFactory,
): Pick<Telemetry, 'auditAppended' | 'auditFailed'> {
  const last = metrics.gauge('audit_last_sequence', 'Number of the last entry of the audit trail.');
  const writable = metrics.gauge(
    'audit_writable',
    '1 while the audit trail can be written, 0 while entries wait for it.',
  );
  const failures = metrics.counter('audit_failures_total', 'Attempts at the audit trail that failed.');
  writable.set(1);
  return {
    auditAppended({ sequence, hash, event, actor, details }) {
      last.set(sequence);
      writable.set(1);
      logger.info({ audit: { sequence, hash, event, actor, details } }, 'Audit entry');
    },
    auditFailed({ error, waiting }) {
      failures.inc();
      writable.set(0);
      // The entries themselves: should the process end before they can be written, they are here.
      logger.error(
        { err: error, waiting },
        'The audit trail cannot be written; images are classified all the same',
      );
    },
  };
}
