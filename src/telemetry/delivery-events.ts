import type { EventParts } from './conditions.js';
import { seconds } from './metrics.js';
import type { Telemetry } from './telemetry.js';

/** Events about the delivery of results and the end of the daemon. */
export function deliveryEvents({ logger, metrics, conditions }: EventParts) {
  const labels = ['sink'] as const;
  const records = metrics.counter('sink_records_total', 'Results delivered to a sink.', labels);
  const failures = metrics.counter('sink_failures_total', 'Deliveries that failed and are repeated.', labels);
  const duration = metrics.duration('sink_delivery_duration_seconds', 'Time of one delivery.', labels);
  const stopping = metrics.gauge('stopping', '1 while the daemon finishes what is in progress.');
  metrics.startAtZero(({ sinks }) => {
    for (const sink of sinks) {
      records.inc({ sink }, 0);
      failures.inc({ sink }, 0);
    }
  });
  return {
    delivered(event) {
      records.inc({ sink: event.sink }, event.records);
      duration.observe({ sink: event.sink }, seconds(event.durationMs));
      logger.debug(event, 'Results delivered');
      conditions.ended(`sink ${event.sink}`, 'Results are delivered again', { sink: event.sink });
    },
    deliveryFailed({ sink, error }) {
      failures.inc({ sink });
      const message = 'Results cannot be delivered; they wait in the ledger, and are tried again';
      conditions.failed(`sink ${sink}`, { level: 'warn', error, message, fields: { sink } });
    },
    stopping({ reason }) {
      stopping.set(1);
      logger.info({ reason }, 'Stopping');
    },
    stopIncomplete({ part, reason, error }) {
      const fields = error === undefined ? {} : { err: error };
      logger.warn({ part, reason, ...fields }, 'A part could not be stopped; the others are stopped');
    },
    endForced({ signal, waitedMs }) {
      logger.error({ signal, waitedMs }, 'The process does not end by itself; it is ended by a signal');
    },
    stopped({ returnedToQueue, ended }) {
      logger.info({ ended, returnedToQueue }, 'Stopped');
    },
  } satisfies Partial<Telemetry>;
}
