import type { EventParts } from './conditions.js';
import { MODEL_LABELS, modelLabels, seconds } from './metrics.js';
import type { StageDurations } from './stage-durations.js';
import type { Telemetry } from './telemetry.js';

/** Events inside the pipeline: stages, batches, workers, the ledger. */
export function batchEvents(parts: EventParts, stages: StageDurations) {
  const { logger, metrics } = parts;
  const sizes = metrics.histogram('batch_images', 'Images in a batch.', [1, 2, 4, 8, 16, 32, 64, 128, 256]);
  const inference = metrics.duration(
    'batch_inference_duration_seconds',
    'Time that one model takes for one batch.',
    MODEL_LABELS,
  );
  const failed = metrics.counter('batch_failures_total', 'Batches that failed as a whole and are repeated.');
  const restarts = metrics.counter('worker_restarts_total', 'Inference workers that were replaced.');
  return {
    ...ledgerEvents(parts),
    stageFinished({ stage, durationMs }) {
      stages.observe({ stage }, seconds(durationMs));
    },
    batchClassified({ images, perModel }) {
      sizes.observe(images);
      for (const { model, durationMs } of perModel)
        inference.observe(modelLabels(model), seconds(durationMs));
      logger.debug({ images, perModel }, 'Batch classified');
    },
    batchFailed({ images, error }) {
      failed.inc();
      logger.warn({ images, err: error }, 'Batch failed; its images are tried again');
    },
    workerRestarted({ reason }) {
      restarts.inc();
      logger.warn({ reason }, 'Inference worker replaced');
    },
  } satisfies Partial<Telemetry>;
}

function ledgerEvents({ metrics, conditions }: EventParts) {
  const unwritten = metrics.counter(
    'ledger_write_failures_total',
    'Attempts to write the ledger that failed and are repeated.',
  );
  const commits = metrics.duration(
    'ledger_commit_duration_seconds',
    'Time of a COMMIT of the ledger: until its transaction is on the disk.',
  );
  return {
    ledgerWriteFailed({ error }) {
      unwritten.inc();
      const message = 'The ledger cannot be written; images wait in their folders, and writes are repeated';
      conditions.failed('ledger', { level: 'error', error, message });
    },
    ledgerCommitted({ durationMs }) {
      commits.observe(seconds(durationMs));
      conditions.ended('ledger', 'The ledger can be written again');
    },
  } satisfies Partial<Telemetry>;
}
