import type { EventParts } from './conditions.js';
import type { Telemetry } from './telemetry.js';

/** Events of external labels, refused changes, and drift. */
export function labelEvents(parts: EventParts) {
  const { logger, metrics } = parts;
  const given = metrics.counter('labels_total', 'Labels that this daemon received, by source and outcome.', [
    'source',
    'outcome',
  ]);
  return {
    ...refusals(parts),
    ...labelFileEvents(parts),
    ...driftEvents(parts),
    labelsGiven({ source, labels }) {
      for (const { outcome } of labels) given.inc({ source, outcome });
      logger.debug({ source, labels: labels.length }, 'Labels given');
    },
  } satisfies Partial<Telemetry>;
}

/** Most refused names that are logged, once each; all are counted. */
const NAMES_TOLD = 200;
const REFUSAL_LOG_INTERVAL_MS = 10_000;

function refusals({ logger, metrics }: EventParts) {
  const refused = metrics.counter(
    'labels_refused_total',
    'Label files and folder names that do not name a class, or cannot be read.',
    ['source', 'scanner'],
  );
  const changes = metrics.counter('http_changes_refused_total', 'Changes over HTTP that were rejected.', [
    'status',
  ]);
  const told = new Set<string>();
  const refusedAt = new Map<number, number>();
  return {
    labelRefused(event) {
      refused.inc({ source: event.source, scanner: event.scanner });
      // The images of a folder share one name: it is logged once.
      const key = `${event.source} ${event.scanner} ${event.name}`;
      const isNew = !told.has(key) && told.size < NAMES_TOLD;
      if (isNew) told.add(key);
      logger[isNew ? 'warn' : 'debug'](event, 'Label refused');
    },
    changeRefused(event) {
      changes.inc({ status: String(event.status) });
      // A client that tries tokens must not fill the log.
      const isQuiet = Date.now() - (refusedAt.get(event.status) ?? 0) < REFUSAL_LOG_INTERVAL_MS;
      if (!isQuiet) refusedAt.set(event.status, Date.now());
      logger[isQuiet ? 'debug' : 'warn'](event, 'A change by HTTP was refused');
    },
  } satisfies Partial<Telemetry>;
}

function labelFileEvents({ metrics, conditions }: EventParts) {
  const unread = metrics.counter('label_scan_failures_total', 'Failed searches for label files.', [
    'scanner',
  ]);
  return {
    labelFilesFailed({ scanner, error }) {
      unread.inc({ scanner });
      const message = 'The search for label files failed; periodic searches continue';
      conditions.failed(`labels of ${scanner}`, { level: 'warn', error, message, fields: { scanner } });
    },
    labelFilesRead({ scanner }) {
      conditions.ended(`labels of ${scanner}`, 'Label files are read again', { scanner });
    },
  } satisfies Partial<Telemetry>;
}

function driftEvents({ logger, metrics, conditions }: EventParts) {
  const failures = metrics.counter('drift_failures_total', 'Images whose drift could not be recorded.');
  return {
    driftReferenceTaken(event) {
      logger.info(event, 'The first images are the reference for drift from now on');
    },
    driftFailed({ error }) {
      failures.inc();
      const message = 'Drift cannot be measured; classification continues';
      conditions.failed('drift', { level: 'warn', error, message });
    },
    driftFollowed() {
      conditions.ended('drift', 'Drift is measured again');
    },
  } satisfies Partial<Telemetry>;
}
