import type { SplitPart } from '../plan.js';
import { chooseBySplitFile } from './choose-by-split-file.js';
import { chooseByTrainings, type TrainedModel } from './choose-by-trainings.js';
import type { ChosenImages } from './chosen-images.js';
import type { FoundImages } from './find-images.js';
import type { HashOptions } from './hash-images.js';

export interface Choice {
  readonly splitFile: string | undefined;
  readonly part: SplitPart | undefined;
  readonly models: readonly TrainedModel[];
}

/**
 * Chooses which of a folder's images are evaluated: the named part of a split; else, when a model was trained
 * on this folder, the test part of its training, because figures on images that a model has learnt say
 * little; else all images.
 * @throws SmearwatchError `data-split-foreign`, `evaluation-split-unknown`, `evaluation-data-empty`
 */
export async function chooseImages(
  found: FoundImages,
  { splitFile, part, models }: Choice,
  options: HashOptions,
): Promise<ChosenImages> {
  if (splitFile !== undefined && part !== 'all')
    return chooseBySplitFile(found, { splitFile, part: part ?? 'test' }, options);
  if (part !== 'all') {
    const chosen = await chooseByTrainings(found, { part, models }, options);
    if (chosen !== undefined) return chosen;
  }
  return { images: found.images, part: 'all', leftOut: [], notes: [] };
}
