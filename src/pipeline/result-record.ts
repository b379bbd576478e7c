import type { ModelPrediction, ResultRecord } from '../record.js';
import { SOFTWARE } from '../version.js';
import type { ClassifiedImage } from './classify-batch.js';
import { decide, predictionsOf } from './decision.js';
import type { ImageSource } from './settings.js';

export function toRecord(classified: ClassifiedImage, minConfidence: number): ResultRecord {
  const { file, image, result, row } = classified;
  const { claim, scanner } = file;
  const { sha256, format, width, height, look, isExpectedSize, doubts } = image;
  const predictions = predictionsOf(result, row);
  const name = folderLabel(scanner, claim.path);
  const label = name !== undefined && knowsClass(predictions, name) ? name : undefined;
  return {
    recordVersion: 1,
    image: {
      sha256,
      scanner: claim.scanner,
      path: claim.path,
      bytes: claim.size,
      format,
      width,
      height,
      modifiedAt: new Date(claim.mtimeMs).toISOString(),
      look,
    },
    models: predictions,
    decision: decide(predictions, { minConfidence, isExpectedSize, doubts }),
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
  return Math.max(0, answeredAt - submittedAt - result.workMs);
}

function stageTimes(classified: ClassifiedImage): ResultRecord['times'] {
  const { file, image, result, submittedAt } = classified;
  const images = result.files.filter(({ kind }) => kind === 'classified').length;
  const inference = result.perModel.map(({ durationMs }) => durationMs);
  return {
    queued: round(file.queuedMs),
    read: round(image.times.read),
    decode: round(image.times.decode),
    batch: round(submittedAt - file.claimedAt),
    pool: round(poolWaitMs(classified)),
    inference: Object.fromEntries(
      result.models.map(({ identity }, at) => [identity.name, round((inference[at] ?? 0) / images)]),
    ),
  };
}

/** Microseconds are below what these clocks mean. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
