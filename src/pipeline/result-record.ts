import type { FinishedClaim } from '../ledger/ledger.js';
import type { ClassifiedImage } from '../pool/protocol.js';
import { knowsClass, type ResultRecord } from '../record.js';
import { SOFTWARE } from '../version.js';
import type { AnsweredBatch } from './classify-batch.js';
import { decide, predictionsOf } from './decision.js';
import type { InFlight } from './in-flight.js';

/** The images of a batch that have a result now: a new record, or the existing one of the same bytes. */
export function finishedClaims(
  batch: AnsweredBatch,
  minConfidence: number,
): (FinishedClaim & { readonly claim: InFlight })[] {
  const times = batchTimes(batch);
  return batch.images.flatMap((claim, at) => {
    const file = batch.reply.files[at];
    if (file?.kind === 'known') return { claim, sha256: file.sha256, folderLabel: claim.folderLabel };
    if (file?.kind !== 'classified') return [];
    return { claim, record: recordOf(claim, file, { batch, times, minConfidence }) };
  });
}

/** Time in the pool before a worker began the batch. */
export function poolWaitMs({ reply, submittedAt, answeredAt }: AnsweredBatch): number {
  return Math.max(0, answeredAt - submittedAt - reply.workMs);
}

type BatchTimes = Pick<ResultRecord['times'], 'pool' | 'inference'>;

function recordOf(
  claim: InFlight,
  { sha256, row, readMs, image }: ClassifiedImage,
  { batch, times, minConfidence }: { batch: AnsweredBatch; times: BatchTimes; minConfidence: number },
): ResultRecord {
  const { format, decoder, width, height, look, isExpectedSize, doubts, decodeMs } = image;
  const models = predictionsOf(batch.reply, row);
  const { folderLabel } = claim;
  return {
    recordVersion: 1,
    image: {
      sha256,
      scanner: claim.scanner,
      path: claim.path,
      bytes: claim.size,
      format,
      decoder,
      width,
      height,
      modifiedAt: new Date(claim.mtimeMs).toISOString(),
      look,
    },
    models,
    decision: decide(models, { minConfidence, isExpectedSize, doubts }),
    ...(folderLabel !== undefined && knowsClass({ models }, folderLabel) && { label: folderLabel }),
    times: {
      queued: round(claim.queuedMs),
      read: round(readMs),
      decode: round(decodeMs),
      batch: round(batch.submittedAt - claim.claimedAt),
      ...times,
    },
    recordedAt: new Date().toISOString(),
    software: SOFTWARE,
  };
}

/** Durations that are the same for all images of a batch. */
function batchTimes(batch: AnsweredBatch): BatchTimes {
  const { models, perModel, files } = batch.reply;
  const images = files.filter(({ kind }) => kind === 'classified').length;
  return {
    pool: round(poolWaitMs(batch)),
    inference: Object.fromEntries(
      models.map(({ identity }, at) => [identity.name, round((perModel[at]?.durationMs ?? 0) / images)]),
    ),
  };
}

/** Rounds milliseconds to the precision of these clocks. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
