import { basename, join, resolve } from 'node:path';
import { availableCores } from '../../available-cores.js';
import { cacheFolder } from '../../cache-folder.js';
import { SmearwatchError } from '../../errors.js';
import type { ModelVersion } from '../../model/registry/registry.js';
import { readLabelledFolder } from '../../dataset/labelled-folder.js';
import { loadImages, type TrainingImage, type LoadedData } from '../../train/load-images.js';
import { PixelCache } from '../../train/pixel-cache.js';
import { readSplit } from '../../dataset/split-file.js';
import { splitImages, type Split, type SplitOptions } from '../../dataset/split.js';
import { isDataOf, remakeSplit, trainingOf } from '../../dataset/training-split.js';

export interface EvaluationData {
  readonly data: LoadedData;
  /** The model may have been trained on these: good for calibration only. */
  readonly calibration: readonly TrainingImage[];
  readonly evaluation: readonly TrainingImage[];
  /** What `evaluation` is, in words, for the manifest. */
  readonly on: string;
}

export interface EvaluationDataOptions {
  readonly folder: string;
  /** A training's split.json. */
  readonly splitFile?: string | undefined;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * A labelled folder in two parts, so that nothing is measured on images that the model was trained on: by the
 * split file that is named; else by the training's own split, made again, when it is the folder of the
 * training; else in halves.
 * @throws SmearwatchError the data set's codes, `data-classes-differ`, `data-split-foreign`
 */
export async function loadEvaluationData(
  { manifest }: Pick<ModelVersion, 'manifest'>,
  { folder, splitFile, onProgress, signal }: EvaluationDataOptions,
): Promise<EvaluationData> {
  const listed = await readLabelledFolder(resolve(folder));
  if (listed.classes.join('/') !== manifest.classes.join('/')) throw classesDiffer(listed.classes, manifest.classes);
  const data = await loadImages(listed, {
    cache: new PixelCache(join(cacheFolder(), 'pixels')),
    parallel: availableCores() + 1,
    onProgress(done, total) {
      signal?.throwIfAborted();
      onProgress?.(done, total);
    },
  });
  const { split, on } = await findSplit(data, manifest.trainedOn, splitFile);
  return { data, calibration: [...split.train, ...split.validation], evaluation: split.test, on };
}

async function findSplit(
  data: LoadedData,
  trainedOn: Readonly<Record<string, unknown>>,
  splitFile: string | undefined,
): Promise<{ split: Split<TrainingImage>; on: string }> {
  if (splitFile !== undefined) {
    const { split } = await readSplit(resolve(splitFile), data.images);
    return { split, on: `test part of ${basename(splitFile)}` };
  }
  const training = trainingOf(trainedOn);
  if (training === undefined || !isDataOf(training, data.images)) {
    return { split: splitImages(data.images, HALVES), on: 'half of a folder other than that of the training' };
  }
  return { split: remakeSplit(training, data.images), on: 'test part of the split' };
}

const HALVES: SplitOptions = { by: 'group', testShare: 0.5, validationShare: 0, seed: 1 };

function classesDiffer(found: readonly string[], expected: readonly string[]): SmearwatchError {
  return new SmearwatchError('data-classes-differ', `The folder has the classes ${found.join(', ')}; the model knows ${expected.join(', ')}`);
}
