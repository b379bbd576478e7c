import { join } from 'node:path';
import type { Network } from '../model/networks/network.js';
import { SmearwatchError } from '../errors.js';
import { readLabelledFolder } from '../dataset/labelled-folder.js';
import { loadImages, type TrainingImage, type LoadedData } from './load-images.js';
import type { TrainingPlan } from './options.js';
import { PixelCache } from './pixel-cache.js';
import { readSplit, writeSplit, type KnownSplit } from '../dataset/split-file.js';
import { splitImages, type Split } from '../dataset/split.js';

export const SPLIT_FILE = 'split.json';

export interface PreparedData extends KnownSplit<TrainingImage> {
  readonly data: LoadedData;
}

/** Checks everything about the data before a network is built. */
export async function prepareData(
  plan: TrainingPlan,
  network: Network,
  onProgress: (done: number, total: number) => void,
): Promise<PreparedData> {
  const folder = await readLabelledFolder(plan.dataDir);
  if (folder.classes.length !== network.classes) {
    throw new SmearwatchError(
      'data-classes-differ',
      `${plan.dataDir} has ${folder.classes.length} classes (${folder.classes.join(', ')}), the network ${network.classes}.`,
      { hint: 'Give the network as many classes as the folder has.' },
    );
  }
  const cache = new PixelCache(plan.cacheDir);
  const data = await loadImages(folder, { cache, parallel: plan.threads + 1, onProgress });
  return { data, ...(await findSplit(plan, data.images)) };
}

/** A resumed run's own split, one that was named, or a new one; it is then stored in the run folder. */
async function findSplit(
  plan: TrainingPlan,
  images: readonly TrainingImage[],
): Promise<KnownSplit<TrainingImage>> {
  const own = join(plan.runDir, SPLIT_FILE);
  if (plan.resume) return readSplit(own, images);
  const known =
    plan.splitFile === undefined ? makeSplit(plan, images) : await readSplit(plan.splitFile, images);
  await writeSplit(own, known.split, known.options);
  return known;
}

function makeSplit({ recipe }: TrainingPlan, images: readonly TrainingImage[]): KnownSplit<TrainingImage> {
  const options = { ...recipe.split, seed: recipe.seed };
  return { split: splitImages(images, options), options };
}

/** Number of images per class of each part. */
export function countSplit(
  split: Split<TrainingImage>,
  classes: number,
): Record<keyof Split<unknown>, number[]> {
  const count = (images: readonly TrainingImage[]): number[] =>
    Array.from({ length: classes }, (_, label) => images.filter((image) => image.label === label).length);
  return { train: count(split.train), validation: count(split.validation), test: count(split.test) };
}
