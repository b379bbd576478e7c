import { IMAGE_BYTES } from '../images.js';
import { writeAugmented, writePlain } from './augment.js';
import type { LabelledImage } from './load-images.js';
import type { Recipe } from './options.js';
import { Random, shuffle } from '../random.js';

export interface Batch {
  /** Pixel values 0…255, `labels.length` × 256×256×3. Valid until the next batch: the memory is reused. */
  readonly pixels: Float32Array;
  readonly labels: readonly number[];
}

type BatchRecipe = Pick<Recipe, 'seed' | 'batchSize' | 'dropLast' | 'augmentation'>;

/** Batches of one epoch; at least one. */
export function countBatches(
  images: number,
  { batchSize, dropLast }: Pick<Recipe, 'batchSize' | 'dropLast'>,
): number {
  return Math.max(1, dropLast ? Math.floor(images / batchSize) : Math.ceil(images / batchSize));
}

/**
 * An epoch's batches: every image once, in an order and varied in a way that depend on seed and epoch alone, so that an
 * epoch after a resume is the one that it would have been.
 */
export function* trainingBatches(
  images: readonly LabelledImage[],
  recipe: BatchRecipe,
  epoch: number,
): Generator<Batch> {
  const { seed, batchSize, augmentation } = recipe;
  const order = shuffle(images, new Random(seed, 'order', epoch));
  const memory = new Float32Array(Math.min(batchSize, images.length) * IMAGE_BYTES);
  for (let batch = 0; batch < countBatches(images.length, recipe); batch++) {
    const start = batch * batchSize;
    const chosen = order.slice(start, start + batchSize);
    for (const [row, image] of chosen.entries()) {
      const random = new Random(seed, 'augment', epoch, start + row);
      writeAugmented(image.pixels, memory, row * IMAGE_BYTES, augmentation, random);
    }
    yield {
      pixels: memory.subarray(0, chosen.length * IMAGE_BYTES),
      labels: chosen.map(({ label }) => label),
    };
  }
}

/** Batches of images as they are, in order. */
export function* plainBatches(images: readonly LabelledImage[], batchSize: number): Generator<Batch> {
  const memory = new Float32Array(Math.min(batchSize, images.length) * IMAGE_BYTES);
  for (let start = 0; start < images.length; start += batchSize) {
    const chosen = images.slice(start, start + batchSize);
    for (const [row, image] of chosen.entries()) writePlain(image.pixels, memory, row * IMAGE_BYTES);
    yield {
      pixels: memory.subarray(0, chosen.length * IMAGE_BYTES),
      labels: chosen.map(({ label }) => label),
    };
  }
}
