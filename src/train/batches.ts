import { IMAGE_BYTES } from '../images.js';
import { writeAugmented, writePlain } from './augment.js';
import type { TrainingImage } from './load-images.js';
import type { TrainingRecipe } from './options.js';
import { Random, shuffle } from '../random.js';

export interface Batch {
  /**
   * Pixel values 0…255, `labels.length` × 256×256×3. Valid until the next batch, because the memory is
   * reused.
   */
  readonly pixels: Float32Array;
  readonly labels: readonly number[];
}

type BatchRecipe = Pick<TrainingRecipe, 'seed' | 'batchSize' | 'dropLast' | 'augmentation'>;

/** Number of batches in one epoch; at least one. */
export function countBatches(
  images: number,
  { batchSize, dropLast }: Pick<TrainingRecipe, 'batchSize' | 'dropLast'>,
): number {
  return Math.max(1, dropLast ? Math.floor(images / batchSize) : Math.ceil(images / batchSize));
}

/**
 * Batches of an epoch: every image once. Order and variation depend on seed and epoch alone, so an epoch
 * after a resume is the same as without an interruption.
 */
export function trainingBatches(
  images: readonly TrainingImage[],
  recipe: BatchRecipe,
  epoch: number,
): Generator<Batch> {
  const { seed, batchSize, augmentation } = recipe;
  const order = shuffle(images, new Random(seed, 'order', epoch));
  const used = order.slice(0, batchSize * countBatches(images.length, recipe));
  return batchesOf(used, batchSize, ({ pixels }, index, target, offset) =>
    writeAugmented(pixels, target, offset, augmentation, new Random(seed, 'augment', epoch, index)),
  );
}

/** Batches of unchanged images, in order. */
export function plainBatches(images: readonly TrainingImage[], batchSize: number): Generator<Batch> {
  return batchesOf(images, batchSize, ({ pixels }, _index, target, offset) =>
    writePlain(pixels, target, offset),
  );
}

type WritePixels = (image: TrainingImage, index: number, target: Float32Array, offset: number) => void;

function* batchesOf(
  images: readonly TrainingImage[],
  batchSize: number,
  write: WritePixels,
): Generator<Batch> {
  const memory = new Float32Array(Math.min(batchSize, images.length) * IMAGE_BYTES);
  for (let start = 0; start < images.length; start += batchSize) {
    const chosen = images.slice(start, start + batchSize);
    for (const [row, image] of chosen.entries()) write(image, start + row, memory, row * IMAGE_BYTES);
    yield {
      pixels: memory.subarray(0, chosen.length * IMAGE_BYTES),
      labels: chosen.map(({ label }) => label),
    };
  }
}
