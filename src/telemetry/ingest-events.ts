import type { EventParts } from './conditions.js';
import type { Logger } from './log.js';
import { seconds, type MetricFactory } from './metrics.js';
import type { StageDurations } from './stage-durations.js';
import { REHASH_OUTCOMES, type Telemetry } from './telemetry.js';

/** Events of files in the scanners' folders. */
export function ingestEvents({ logger, metrics, conditions }: EventParts, stages: StageDurations) {
  const settled = metrics.counter('files_settled_total', 'Files that settled and entered the queue.', [
    'scanner',
  ]);
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
  metrics.startAtZero(({ scanners }) => {
    for (const scanner of scanners) settled.inc({ scanner }, 0);
  });
  return {
    fileRehashed: rehashes(logger, metrics),
    fileSettled({ scanner, path, waitedMs }) {
      settled.inc({ scanner });
      stages.observe({ stage: 'settle' }, seconds(waitedMs));
      logger.debug({ scanner, path, waitedMs }, 'File settled');
    },
    fileDisposed({ scanner, path, action }) {
      disposed.inc({ scanner, action });
      logger.debug({ scanner, path, action }, 'File moved or deleted');
      conditions.ended(`disposal of ${scanner}`, 'Files are moved or deleted again', { scanner });
    },
    fileDisposalFailed({ scanner, path, error }) {
      undisposed.inc({ scanner });
      const message = 'Files with a result cannot be moved or deleted; they are tried again';
      const fields = { scanner, path };
      conditions.failed(`disposal of ${scanner}`, { level: 'warn', error, message, fields });
    },
  } satisfies Partial<Telemetry>;
}

function rehashes(logger: Logger, metrics: MetricFactory): Telemetry['fileRehashed'] {
  const hashed = metrics.counter(
    'files_rehashed_total',
    'Known files that were hashed again because their change time or inode changed, by outcome: same, changed (queued) or unreadable.',
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
