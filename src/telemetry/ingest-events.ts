import { errnoOf } from '../errors.js';
import type { Logger } from './log.js';
import { seconds, type MetricFactory } from './metrics.js';
import type { StageDurations } from './stage-durations.js';
import { REHASH_OUTCOMES, type Telemetry } from './telemetry.js';

type IngestEvents = Pick<
  Telemetry,
  'fileSettled' | 'fileRehashed' | 'rescanFinished' | 'watchFailed' | 'fileDisposed' | 'fileDisposalFailed'
>;

/** What happens to files in the scanners' folders. */
export function ingestEvents(logger: Logger, metrics: MetricFactory, stages: StageDurations): IngestEvents {
  const settled = metrics.counter('files_settled_total', 'Files that settled and entered the queue.', [
    'scanner',
  ]);
  const errors = metrics.counter(
    'watch_errors_total',
    'Failures of a folder watcher, by error code; rescans go on.',
    ['scanner', 'code'],
  );
  const disposed = metrics.counter(
    'files_disposed_total',
    'Files moved or deleted after their result was durable.',
    ['scanner', 'action'],
  );
  const undisposed = metrics.counter(
    'file_disposal_failures_total',
    'Files that could not be moved or deleted.',
    ['scanner'],
  );
  const rescanFinished = rescans(logger, metrics);
  metrics.startAtZero(({ scanners }) => {
    for (const scanner of scanners) {
      settled.inc({ scanner }, 0);
      for (const code of WATCH_ERRORS) errors.inc({ scanner, code }, 0);
    }
  });
  return {
    rescanFinished,
    fileRehashed: rehashes(logger, metrics),
    fileSettled({ scanner, path, waitedMs }) {
      settled.inc({ scanner });
      stages.observe({ stage: 'settle' }, seconds(waitedMs));
      logger.debug({ scanner, path, waitedMs }, 'File settled');
    },
    watchFailed({ scanner, error }) {
      errors.inc({ scanner, code: errnoOf(error) ?? 'other' });
      logger.warn({ scanner, err: error }, 'A watched folder needs a look; rescans go on');
    },
    fileDisposed({ scanner, path, action }) {
      disposed.inc({ scanner, action });
      logger.debug({ scanner, path, action }, 'File disposed of');
    },
    fileDisposalFailed({ scanner, path, error }) {
      undisposed.inc({ scanner });
      logger.warn({ scanner, path, err: error }, 'File could not be moved or deleted');
    },
  };
}

function rehashes(logger: Logger, metrics: MetricFactory): Telemetry['fileRehashed'] {
  const hashed = metrics.counter(
    'files_rehashed_total',
    'Known files whose bytes were hashed again because their change time or inode is another one, by outcome: same, changed (queued) or unreadable.',
    ['scanner', 'outcome'],
  );
  metrics.startAtZero(({ scanners }) => {
    for (const scanner of scanners)
      for (const outcome of REHASH_OUTCOMES) hashed.inc({ scanner, outcome }, 0);
  });
  return (event) => {
    const { scanner, outcome } = event;
    hashed.inc({ scanner, outcome });
    if (outcome === 'changed')
      logger.info(
        event,
        'Another file has the name, size and modification time of a known one; it is queued',
      );
    else logger.debug(event, 'File hashed again');
  };
}

/** What goes wrong with folders, from the start; others appear with their first time. */
const WATCH_ERRORS = ['ENOENT', 'ENOSPC', 'EMFILE', 'EACCES', 'EIO', 'other'];

function rescans(logger: Logger, metrics: MetricFactory): Telemetry['rescanFinished'] {
  const labels = ['scanner'] as const;
  const duration = metrics.duration('rescan_duration_seconds', 'Time to read a whole folder again.', labels);
  const missed = metrics.counter(
    'rescan_missed_files_total',
    'Files that a rescan found and no event had announced.',
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
