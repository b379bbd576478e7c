import type { EventParts } from './conditions.js';
import type { Telemetry } from './telemetry.js';

/** The audit trail's entries, and the alarm when they cannot be written. */
export function auditEvents({ logger, metrics, conditions }: EventParts) {
  const last = metrics.gauge('audit_last_sequence', 'Number of the last entry of the audit trail.');
  const writable = metrics.gauge(
    'audit_writable',
    '1 while the audit trail can be written, 0 while entries wait for it.',
  );
  const failures = metrics.counter('audit_failures_total', 'Failed attempts to write the audit trail.');
  writable.set(1);
  const inLog = new WeakSet<object>();
  return {
    auditAppended({ sequence, hash, event, actor, details }) {
      last.set(sequence);
      writable.set(1);
      conditions.ended('audit', 'The audit trail can be written again');
      logger.info({ audit: { sequence, hash, event, actor, details } }, 'Audit entry');
    },
    auditFailed({ error, waiting }) {
      failures.inc();
      writable.set(0);
      const message = 'The audit trail cannot be written; classification continues';
      conditions.failed('audit', { level: 'error', error, message });
      // Each entry is logged once: if the process ends before they can be written, the log has them.
      const entries = waiting.filter((entry) => !inLog.has(entry));
      for (const entry of entries) inLog.add(entry);
      if (entries.length > 0)
        logger.error({ waiting: entries }, 'Audit entries wait until the trail can be written');
    },
  } satisfies Partial<Telemetry>;
}
