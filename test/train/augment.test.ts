import { describe, expect, it } from 'vitest';
import { IMAGE_BYTES, IMAGE_SIDE } from '../../src/images.js';
import { Random } from '../../src/random.js';
import { NO_AUGMENTATION, writeAugmented, writePlain, type Augmentation } from '../../src/train/augment.js';
import { trainingBatches } from '../../src/train/batches.js';
import type { TrainingImage } from '../../src/train/load-images.js';
import { randomPixels } from '../model/onnx/random-weights.js';

const STRONG: Augmentation = { turns: true, brightness: 0.5, stain: 0.5, colour: 0.5 };
const pixels = randomPixels(1);

function augmented(augmentation: Augmentation, seed: number): Float32Array {
  const target = new Float32Array(IMAGE_BYTES);
  writeAugmented(pixels, target, 0, augmentation, new Random(seed));
  return target;
}

/** All pixels as sorted strings: the same for every turn of an image. */
const bagOf = (image: ArrayLike<number>): string[] =>
  Array.from(
    { length: IMAGE_SIDE ** 2 },
    (_, at) => `${image[3 * at]} ${image[3 * at + 1]} ${image[3 * at + 2]}`,
  ).sort();

describe('augmentation', () => {
  it.each([1, 2, 3, 4, 5])('keeps size and range (seed %i)', (seed) => {
    const values = augmented(STRONG, seed);
    expect(values.every((value) => value >= 0 && value <= 255)).toBe(true);
    expect(new Set(values).size).toBeGreaterThan(50);
  });

  it('switched off gives the unchanged pixels', () => {
    expect([...augmented(NO_AUGMENTATION, 1).subarray(0, 999)]).toEqual([...pixels.subarray(0, 999)]);
    const plain = new Float32Array(IMAGE_BYTES + 3);
    writePlain(pixels, plain, 3);
    expect(plain.subarray(3)).toEqual(Float32Array.from(pixels));
    expect(plain.subarray(0, 3)).toEqual(new Float32Array(3));
  });

  it('turns move pixels whole, into all eight positions of a square', () => {
    const turned = Array.from({ length: 40 }, (_, seed) =>
      augmented({ ...NO_AUGMENTATION, turns: true }, seed),
    );
    expect(new Set(turned.map((image) => image.subarray(0, 3).join())).size).toBe(4); // corners
    expect(new Set(turned.map((image) => image.subarray(0, 6).join())).size).toBe(8);
    expect(bagOf(turned.find((image) => image[0] !== pixels[0])!)).toEqual(bagOf(pixels));
  });

  it('stain leaves white white and black black, and darkens or lightens values between', () => {
    const strip = new Uint8Array(IMAGE_BYTES).fill(255).fill(0, 3, 6).fill(128, 6, 9);
    const found = new Set<number>();
    for (let seed = 0; seed < 10; seed++) {
      const target = new Float32Array(IMAGE_BYTES);
      writeAugmented(strip, target, 0, { ...NO_AUGMENTATION, stain: 0.3 }, new Random(seed));
      expect([...target.subarray(0, 6)]).toEqual([255, 255, 255, 0, 0, 0]);
      found.add(target[6]!);
    }
    expect(Math.min(...found)).toBeLessThan(128);
    expect(Math.max(...found)).toBeGreaterThan(128);
  });
});

describe('batches', () => {
  const images = Array.from({ length: 7 }, (_, label): TrainingImage => ({
    file: `${label}.png`,
    label,
    source: '',
    group: '',
    sha256: String(label),
    pixels: new Uint8Array(IMAGE_BYTES).fill(label),
  }));
  const recipe = { seed: 1, batchSize: 3, dropLast: false, augmentation: NO_AUGMENTATION };
  const labelsOf = (epoch: number, overrides: Partial<typeof recipe> = {}): number[][] =>
    [...trainingBatches(images, { ...recipe, ...overrides }, epoch)].map(({ labels }) => [...labels]);

  it('of an epoch have every image once, and dropLast leaves out the incomplete one', () => {
    expect(labelsOf(1).flat().sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(labelsOf(1).map(({ length }) => length)).toEqual([3, 3, 1]);
    expect(labelsOf(1, { dropLast: true }).map(({ length }) => length)).toEqual([3, 3]);
  });

  it('depend on seed and epoch alone', () => {
    expect(labelsOf(2)).toEqual(labelsOf(2));
    expect(labelsOf(2)).not.toEqual(labelsOf(1));
    expect(labelsOf(2)).not.toEqual(labelsOf(2, { seed: 2 }));
  });

  it('hold the pixels of their labels', () => {
    for (const { pixels: values, labels } of trainingBatches(images, recipe, 1)) {
      expect(values).toHaveLength(labels.length * IMAGE_BYTES);
      labels.forEach((label, row) => expect(values[row * IMAGE_BYTES + 5]).toBe(label));
    }
  });
});
