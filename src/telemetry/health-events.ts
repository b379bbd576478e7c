import { messageOf } from '../errors.js';
import type { EventParts } from './conditions.js';
import type { Logger } from './log.js';
import { seconds, type MetricFactory } from './metrics.js';
import type { Telemetry } from './telemetry.js';

/** Problems that a person must solve, or that end when something outside the daemon is fixed. */
export function healthEvents({ logger, metrics, conditions }: EventParts) {
  const unreplaced = metrics.counter(
    'worker_start_failures_total',
    'Failed attempts to replace a lost worker; the daemon tries again.',
  );
  return {
    ...stalls(logger, metrics),
    ...pauses(logger, metrics),
    ...disks(metrics),
    intakeConfigured: (configured) => metrics.configured(configured),
    workerMissing({ error, retryMs }) {
      unreplaced.inc();
      const message = 'An inference worker is missing and could not be replaced; it is tried again';
      conditions.failed('worker', { level: 'error', error, message, fields: { retryMs } });
    },
    workerFound() {
      conditions.ended('worker', 'The missing inference worker has been replaced');
    },
    workerStuck({ stuck }) {
      logger.error({ stuck }, 'Native code holds an inference worker that was given up; it uses a core');
    },
    serviceManagerFailed({ error }) {
      logger.warn({ reason: messageOf(error) }, 'systemd could not be notified of the state of the daemon');
    },
  } satisfies Partial<Telemetry>;
}

function stalls(logger: Logger, metrics: MetricFactory) {
  const stalled = metrics.gauge(
    'pipeline_stalled',
    '1 while work waits and nothing ends, without a known reason.',
  );
  const total = metrics.counter('pipeline_stalls_total', 'Times that the pipeline stalled, by stage.', [
    'stage',
  ]);
  return {
    pipelineStalled(event) {
      stalled.set(1);
      total.inc({ stage: event.stage });
      logger.error(event, 'The pipeline has stalled');
    },
    pipelineMoving({ stage, stalledMs }) {
      stalled.set(0);
      logger.info({ stage, stalledSeconds: seconds(stalledMs) }, 'The pipeline is no longer stalled');
    },
  } satisfies Partial<Telemetry>;
}

function pauses(logger: Logger, metrics: MetricFactory) {
  const labels = ['cause'] as const;
  const paused = metrics.gauge(
    'intake_paused',
    '1 while images are not queued because a disk is nearly full or a folder is unavailable.',
    labels,
  );
  for (const cause of ['disk', 'folder'] as const) paused.set({ cause }, 0);
  return {
    intakePaused(event) {
      paused.set({ cause: event.cause }, 1);
      logger.warn(event, 'Images are not taken in at present');
    },
    intakeResumed(event) {
      paused.set({ cause: event.cause }, 0);
      logger.info(event, 'Images are taken in again');
    },
  } satisfies Partial<Telemetry>;
}

function disks(metrics: MetricFactory) {
  const free = metrics.gauge(
    'disk_free_bytes',
    'Free space on the disks of the ledger, of each sink, and of moved images.',
    ['disk'],
  );
  const least = metrics.gauge(
    'disk_min_free_bytes',
    'The value of disk.minFreeBytes: with less on one of the disks, no new images are queued.',
  );
  return {
    disksMeasured({ disks: measured, minFreeBytes }) {
      free.reset();
      for (const { disk, freeBytes } of measured) free.set({ disk }, freeBytes);
      least.set(minFreeBytes);
    },
  } satisfies Partial<Telemetry>;
}
