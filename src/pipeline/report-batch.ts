import type { Telemetry } from '../telemetry/telemetry.js';
import type { AnsweredBatch } from './classify-batch.js';
import { poolWaitMs } from './result-record.js';

/**
 * Reports the durations of an answered batch: those of its images up to this point, and those of the models.
 */
export function reportBatch(
  batch: AnsweredBatch,
  telemetry: Pick<Telemetry, 'stageFinished' | 'imageDecoded' | 'batchClassified'>,
): void {
  const { images, reply, submittedAt } = batch;
  let classified = 0;
  for (const [at, file] of reply.files.entries()) {
    const image = images[at];
    if (file.kind !== 'classified' || !image) continue;
    classified += 1;
    telemetry.stageFinished({ stage: 'queue', durationMs: image.queuedMs });
    telemetry.stageFinished({ stage: 'batch', durationMs: submittedAt - image.claimedAt });
    telemetry.stageFinished({ stage: 'read', durationMs: file.readMs });
    telemetry.stageFinished({ stage: 'decode', durationMs: file.image.decodeMs });
    const { decoder, fallback } = file.image;
    telemetry.imageDecoded({ scanner: image.scanner, path: image.path, decoder, fallback });
  }
  if (classified === 0) return;
  telemetry.stageFinished({ stage: 'pool', durationMs: poolWaitMs(batch) });
  telemetry.batchClassified({
    images: classified,
    perModel: reply.models.map(({ identity }, at) => ({
      model: identity,
      durationMs: reply.perModel[at]?.durationMs ?? 0,
    })),
  });
}
