import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { cacheFolder } from '../../cache-folder.js';
import { SmearwatchError } from '../../errors.js';
import type { ModelVersion } from '../../model/registry/registry.js';
import { contentHash } from '../../labelled/content-hash.js';
import { readLabelledFolder } from '../../labelled/labelled-folder.js';
import { loadImages, type LabelledImage, type LoadedData } from '../../train/load-images.js';
import { PixelCache } from '../../train/pixel-cache.js';
import { readSplit, writeSplit } from '../../labelled/split-file.js';
import { splitImages, type Split, type SplitOptions } from '../../labelled/split.js';

export interface EvaluationData {
  readonly data: LoadedData;
  /** The model may have been trained on these: good for calibration only. */
  readonly calibration: readonly LabelledImage[];
  readonly evaluation: readonly LabelledImage[];
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
 * A labelled folder in two parts, so that nothing is measured on images that the model was trained on: by the split file
 * that is named; else by the training's own split, made again, when it is the folder of the training; else in halves.
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
    parallel: availableParallelism() + 1,
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
): Promise<{ split: Split<LabelledImage>; on: string }> {
  if (splitFile !== undefined) {
    const { split } = await readSplit(resolve(splitFile), data.images);
    return { split, on: `test part of ${basename(splitFile)}` };
  }
  const training = trainingSchema.safeParse(trainedOn).data;
  if (training?.data.sha256 !== contentHash(data.images)) {
    return { split: splitImages(data.images, HALVES), on: 'half of a folder other than that of the training' };
  }
  const { by, testShare, validationShare, seed = training.recipe.seed } = training.split;
  const options = { by, testShare, validationShare, seed };
  const split = splitImages(data.images, options);
  if ((await digestOf(split, options)) !== training.split.sha256) throw splitUnknown();
  return { split, on: 'test part of the split' };
}

const HALVES: SplitOptions = { by: 'group', testShare: 0.5, validationShare: 0, seed: 1 };

/** What a training writes into the manifest (train/export-model.ts), as far as it is needed here. */
const trainingSchema = z.object({
  data: z.object({ sha256: z.string() }),
  split: z.object({
    sha256: z.string(),
    by: z.enum(['image', 'group']),
    testShare: z.number(),
    validationShare: z.number(),
    seed: z.number().optional(),
  }),
  recipe: z.object({ seed: z.number() }),
});

/** SHA-256 of the file that the training wrote for this split: it names every image of each part. */
async function digestOf(split: Split<LabelledImage>, options: SplitOptions): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'smearwatch-split-'));
  try {
    await writeSplit(join(folder, 'split.json'), split, options);
    return createHash('sha256')
      .update(await readFile(join(folder, 'split.json')))
      .digest('hex');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function classesDiffer(found: readonly string[], expected: readonly string[]): SmearwatchError {
  return new SmearwatchError(
    `The folder has the classes ${found.join(', ')}; the model knows ${expected.join(', ')}`,
    { code: 'data-classes-differ', kind: 'usage', hint: 'Name a folder with one sub-folder per class of the model.' },
  );
}

function splitUnknown(): SmearwatchError {
  return new SmearwatchError(
    'The model was trained on this folder, and its split cannot be made again from the manifest',
    {
      code: 'data-split-foreign',
      kind: 'usage',
      hint: "Name the training's split.json with --split: it lies in the folder of the run.",
    },
  );
}
