import { errnoOf, hasCode, SmearwatchError, type ErrorCode } from '../errors.js';
import type { EventParts } from './conditions.js';
import type { Logger } from './log.js';
import { seconds, type MetricFactory } from './metrics.js';
import type { Telemetry } from './telemetry.js';

/** Error codes whose series exist from the start; others appear with their first error. */
const WATCH_ERRORS = ['ENOENT', 'ENOTDIR', 'ENOSPC', 'EMFILE', 'EACCES', 'EIO', 'other'];

/** Start of the log line, by the reason for which a scanner's folder is not read to its end. */
const RESCAN_FAILURES: Readonly<Partial<Record<ErrorCode, string>>> = {
  'scanner-folder-missing': 'Scanner folder missing',
  'scanner-folder-invalid': 'Scanner folder is not a folder',
  'scanner-folder-unreadable': 'Scanner folder cannot be read',
  'scanner-folder-silent': 'Scanner folder does not answer',
  'scanner-entries-unreadable': 'Part of a scanner folder cannot be read',
};

/** Events of reading the scanners' folders, by notification and by rescans. */
export function watchEvents({ logger, metrics, conditions }: EventParts) {
  const errors = watchErrors(metrics);
  const finished = rescans(logger, metrics);
  return {
    rescanFinished(event) {
      finished(event);
      const { scanner } = event;
      conditions.ended(folderOf(scanner), 'Scanner folder is back', { scanner });
      if (event.unreadable > 0) return;
      conditions.ended(partsOf(scanner), 'All of a scanner folder can be read again', { scanner });
    },
    rescanFailed({ scanner, error }) {
      errors(scanner, error);
      const what = error instanceof SmearwatchError ? RESCAN_FAILURES[error.code] : undefined;
      const message = `${what ?? 'Rescan of a scanner folder failed'}; periodic rescans continue`;
      const areParts = hasCode(error, 'scanner-entries-unreadable');
      conditions.failed(areParts ? partsOf(scanner) : folderOf(scanner), {
        level: 'warn',
        error,
        message,
        fields: { scanner },
      });
    },
    watchFailed({ scanner, error }) {
      errors(scanner, error);
      const message = 'Watch error on scanner folder; periodic rescans continue';
      conditions.failed(`watch of ${scanner}`, { level: 'warn', error, message, fields: { scanner } });
    },
    watchRestored({ scanner }) {
      conditions.ended(`watch of ${scanner}`, 'Scanner folder is watched again', { scanner });
    },
    folderSuspicious({ scanner, error }) {
      errors(scanner, error);
      logger.warn({ scanner, err: error }, 'Scanner folder needs attention; its images are taken in');
    },
  } satisfies Partial<Telemetry>;
}

/**
 * Name of a condition. A folder that is back may still have a subfolder that cannot be read: these are two
 * conditions.
 */
const folderOf = (scanner: string): string => `folder of ${scanner}`;
const partsOf = (scanner: string): string => `parts of ${scanner}`;

function watchErrors(metrics: MetricFactory): (scanner: string, error: unknown) => void {
  const errors = metrics.counter(
    'watch_errors_total',
    'Failures to watch or to read the folder of a scanner, by error code; periodic rescans continue.',
    ['scanner', 'code'],
  );
  metrics.startAtZero(({ scanners }) => {
    for (const scanner of scanners) for (const code of WATCH_ERRORS) errors.inc({ scanner, code }, 0);
  });
  return (scanner, error) => errors.inc({ scanner, code: codeOf(error) });
}

/** The operating system's code if there is one: it is the cause of our errors. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return errnoOf(cause) ?? errnoOf(error) ?? 'other';
}

function rescans(logger: Logger, metrics: MetricFactory): Telemetry['rescanFinished'] {
  const labels = ['scanner'] as const;
  const duration = metrics.duration('rescan_duration_seconds', 'Time to read a whole folder again.', labels);
  const missed = metrics.counter(
    'rescan_missed_files_total',
    'Files that a rescan found without an event.',
    labels,
  );
  const files = metrics.gauge('rescan_files', 'Matching files that the last rescan saw.', labels);
  const finished = metrics.gauge(
    'rescan_last_timestamp_seconds',
    'When the last rescan finished, Unix time.',
    labels,
  );
  metrics.startAtZero(({ scanners }) => scanners.forEach((scanner) => missed.inc({ scanner }, 0)));
  return (event) => {
    const { scanner } = event;
    duration.observe({ scanner }, seconds(event.durationMs));
    missed.inc({ scanner }, event.missed);
    files.set({ scanner }, event.files);
    finished.setToCurrentTime({ scanner });
    const level = event.missed > 0 ? 'info' : 'debug';
    logger[level](event, 'Rescan finished');
  };
}
