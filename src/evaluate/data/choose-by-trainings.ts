import { SmearwatchError } from '../../errors.js';
import { readLabelledFolder, type LabelledFile } from '../../dataset/labelled-folder.js';
import type { NamedImage } from '../../dataset/split-file.js';
import type { Split } from '../../dataset/split.js';
import { isDataOf, remakeSplit, trainingOf, type Training } from '../../dataset/training-split.js';
import { partEmpty, partNeedsSplit, splitsDiffer } from '../failures.js';
import type { ChosenImages } from './chosen-images.js';
import type { FoundImages } from './find-images.js';
import { hashImages, type HashOptions } from './hash-images.js';

export interface TrainedModel {
  /** Model whose training used the folder: `name@version`. */
  readonly reference: string;
  /** The training data that the model's manifest records. */
  readonly trainedOn: Readonly<Record<string, unknown>>;
}

interface KnownTraining {
  readonly reference: string;
  readonly training: Training;
}

/**
 * Images that no model has seen in training (or those of another part), when at least one of the models was
 * trained on this folder; undefined when none was. If the models' splits differ, an image of the test part is
 * in the test part of every model.
 * @throws SmearwatchError `data-split-foreign`, `evaluation-split-unknown`, `evaluation-data-empty`
 */
export async function chooseByTrainings(
  { folder, images }: FoundImages,
  { part, models }: { part: keyof Split<unknown> | undefined; models: readonly TrainedModel[] },
  options: HashOptions,
): Promise<ChosenImages | undefined> {
  const trained = await splitsOfFolder(folder, models, options);
  const [first] = trained;
  if (first === undefined) {
    if (part !== undefined) throw partNeedsSplit(part);
    return undefined;
  }
  const wanted = part ?? 'test';
  const splits = new Set(trained.map(({ training }) => training.split.sha256));
  if (splits.size > 1 && wanted !== 'test') throw splitsDiffer(wanted);
  const parts = trained.map(({ split }) => new Set(split[wanted].map(({ file }) => file)));
  const chosen = images.filter(({ path }) => parts.every((paths) => paths.has(path)));
  if (chosen.length === 0) throw partEmpty(wanted, folder);
  const names = trained.map(({ reference }) => reference).join(' and ');
  return {
    images: chosen,
    part: wanted,
    ...(splits.size === 1 && { splitSha256: first.training.split.sha256 }),
    leftOut: [],
    notes: [
      `${names}: trained on this folder. Evaluated are the ${chosen.length} of ${images.length} images of the ` +
        `${wanted} part${splits.size > 1 ? ' of every training' : ''}. \`smearwatch evaluate --part all\` evaluates every image.`,
    ],
  };
}

type TrainedSplit = KnownTraining & { readonly split: Split<NamedImage & LabelledFile> };

/**
 * The splits of those models whose training images are exactly the folder's. Names and counts usually show,
 * without reading a file, that no model was trained on it.
 */
async function splitsOfFolder(
  folder: string,
  models: readonly TrainedModel[],
  options: HashOptions,
): Promise<TrainedSplit[]> {
  const files = await trainableFiles(folder);
  const candidates = models.flatMap(({ reference, trainedOn }): KnownTraining[] => {
    const training = trainingOf(trainedOn);
    return training !== undefined && isPossible(training, files.length) ? [{ reference, training }] : [];
  });
  if (candidates.length === 0) return [];
  const paths = files.map(({ file }) => file);
  const hashes = await hashImages(folder, paths, options);
  return candidates.flatMap((candidate) => {
    const read = imagesOf(files, hashes, candidate.training);
    if (!isDataOf(candidate.training, read)) return [];
    return [{ ...candidate, split: remakeSplit(candidate.training, read) }];
  });
}

/** A folder that training would reject has trained no model. */
async function trainableFiles(folder: string): Promise<readonly LabelledFile[]> {
  try {
    return (await readLabelledFolder(folder)).files;
  } catch (error) {
    if (error instanceof SmearwatchError) return [];
    throw error;
  }
}

function isPossible({ data }: Training, files: number): boolean {
  return files >= data.images && files <= data.images + data.leftOut.length;
}

/** The images that training used: no repeats, and no file that it could not use. */
function imagesOf(
  files: readonly LabelledFile[],
  hashes: ReadonlyMap<string, string>,
  { data }: Training,
): (LabelledFile & NamedImage)[] {
  const leftOut = new Set(data.leftOut.map(({ file }) => file));
  const images = new Map<string, LabelledFile & NamedImage>();
  for (const file of files) {
    const sha256 = hashes.get(file.file);
    if (sha256 === undefined || leftOut.has(file.file) || images.has(sha256)) continue;
    images.set(sha256, { ...file, sha256 });
  }
  return [...images.values()];
}
