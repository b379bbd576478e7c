import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareModels, type ComparedModels } from '../../../model/quantize/compare.js';
import {
  confusionOf,
  figuresOf,
  predictionsOf,
  quadraticLoss,
  type ConfusionMatrix,
  type ConfusionFigures,
} from '../../../statistics/confusion.js';
import type { EvaluationData } from '../evaluation-data.js';
import type { OnProgress } from '../stages.js';

/** One of the two models on the evaluation part. */
export interface MeasuredModel {
  readonly figures: ConfusionFigures;
  readonly confusion: ConfusionMatrix;
  readonly quadraticLoss: number;
  /** Images per second on one thread. */
  readonly imagesPerSecond: number;
  readonly bytes: number;
}

export interface MeasuredQuantization {
  readonly fp32: MeasuredModel;
  readonly int8: MeasuredModel;
  readonly speedup: number;
  /** Share of the images that both put into the same class. */
  readonly agreement: number;
}

/** Both models on the images that neither was made from. */
export async function measureQuantized(
  fp32File: string,
  int8: Uint8Array,
  { data, evaluation }: Pick<EvaluationData, 'data' | 'evaluation'>,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: OnProgress },
): Promise<MeasuredQuantization> {
  const folder = await mkdtemp(join(tmpdir(), 'smearwatch-int8-'));
  try {
    const int8File = join(folder, 'model.onnx');
    await writeFile(int8File, int8);
    const images = evaluation.map(({ pixels }) => pixels);
    const compared = await compareModels([fp32File, int8File], images, data.classes.length, {
      signal,
      onProgress: (done) => onProgress(done, images.length),
    });
    const labels = evaluation.map(({ label }) => label);
    const classes = data.classes.length;
    const of = (index: 0 | 1, bytes: number) => figuresFor(compared, index, labels, classes, bytes);
    return {
      fp32: of(0, (await stat(fp32File)).size),
      int8: of(1, int8.length),
      speedup: compared.speedup,
      agreement: agreementOf(compared, classes),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function figuresFor(
  { probabilities, imagesPerSecond }: ComparedModels,
  index: 0 | 1,
  labels: readonly number[],
  classes: number,
  bytes: number,
): MeasuredModel {
  const confusion = confusionOf(labels, predictionsOf(probabilities[index], classes), classes);
  return {
    figures: figuresOf(confusion),
    confusion,
    quadraticLoss: quadraticLoss(probabilities[index], labels, classes),
    imagesPerSecond: imagesPerSecond[index],
    bytes,
  };
}

function agreementOf({ probabilities }: ComparedModels, classes: number): number {
  const [fp32, int8] = probabilities.map((rows) => predictionsOf(rows, classes));
  const same = fp32?.filter((prediction, index) => prediction === int8?.[index]) ?? [];
  return same.length / (fp32?.length ?? 1);
}
