import type { BatchResult } from '../pool/inference-pool.js';
import type { ModelPrediction, ResultRecord } from '../record.js';
import { SOFTWARE } from '../version.js';
import { decide, predictionsOf } from './decision.js';
import type { PreparedImage } from './prepare.js';
import type { ImageSource } from './settings.js';

/** An image with the batch that classified it. */
export interface ClassifiedImage {
  readonly prepared: PreparedImage;
  readonly result: BatchResult;
  /** Its place in the batch, and how many images the batch had. */
  readonly index: number;
  readonly batchImages: number;
  /** `performance.now()` when the batch went to the pool and came back. */
  readonly submittedAt: number;
  readonly answeredAt: number;
}

export function toRecord(classified: ClassifiedImage, minConfidence: number): ResultRecord {
  const { prepared, result, index } = classified;
  const { claim, scanner, sha256, image, look, isExpectedSize } = prepared;
  const predictions = predictionsOf(result, index);
  const name = folderLabel(scanner, claim.path);
  const label = name !== undefined && knowsClass(predictions, name) ? name : undefined;
  return {
    recordVersion: 1,
    image: {
      sha256,
      scanner: claim.scanner,
      path: claim.path,
      bytes: claim.size,
      format: image.format,
      width: image.width,
      height: image.height,
      modifiedAt: new Date(claim.mtimeMs).toISOString(),
      look,
    },
    models: predictions,
    decision: decide(predictions, { minConfidence, isExpectedSize }),
    ...(label !== undefined && { label }),
    times: stageTimes(classified),
    recordedAt: new Date().toISOString(),
    software: SOFTWARE,
  };
}

/**
 * The name of the folder that the image lies in, where the scanner's folders are classes; undefined at the top of the
 * scanner's folder. It may be no class of the models.
 */
export function folderLabel({ labels }: Pick<ImageSource, 'labels'>, path: string): string | undefined {
  return labels === 'folder' ? path.split('/').at(-2) : undefined;
}

function knowsClass(predictions: readonly ModelPrediction[], name: string): boolean {
  return predictions[0] !== undefined && Object.hasOwn(predictions[0].probabilities, name);
}

/** How long the image's batch was in the pool without being in work: it waited for a worker. */
export function poolWaitMs({ result, submittedAt, answeredAt }: ClassifiedImage): number {
  const inferenceMs = result.perModel.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return Math.max(0, answeredAt - submittedAt - inferenceMs);
}

function stageTimes(classified: ClassifiedImage): ResultRecord['times'] {
  const { prepared, result, batchImages, submittedAt } = classified;
  const inference = result.perModel.map(({ durationMs }) => durationMs);
  return {
    queued: round(prepared.times.queued),
    read: round(prepared.times.read),
    decode: round(prepared.times.decode),
    batch: round(submittedAt - prepared.preparedAt),
    pool: round(poolWaitMs(classified)),
    inference: Object.fromEntries(
      result.models.map(({ identity }, at) => [identity.name, round((inference[at] ?? 0) / batchImages)]),
    ),
  };
}

/** Microseconds are below what these clocks mean. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
