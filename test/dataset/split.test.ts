import { describe, expect, it } from 'vitest';
import { splitImages, type SplitOptions, type Splittable } from '../../src/dataset/split.js';
import { Random } from '../../src/random.js';

const PAPER: SplitOptions = { by: 'image', testShare: 0.3, validationShare: 0, seed: 1 };

interface Image extends Splittable {
  readonly id: number;
}

/** `counts` images per class, all of one source, without groups. */
function imagesOf(...counts: number[]): Image[] {
  return counts
    .flatMap((count, label) => Array.from({ length: count }, () => ({ label, source: 'a', group: '' })))
    .map((image, id) => ({ ...image, id }));
}

/**
 * Patients of 1 to 30 images of mostly one class, in two sources; and a third source that knows no patients.
 */
function patients(seed: number): Image[] {
  const random = new Random(seed, 'patients');
  const images: Omit<Image, 'id'>[] = [];
  for (let patient = 0; patient < 80; patient++) {
    const label = random.integer(0, 2);
    for (let index = random.integer(1, 30); index > 0; index--) {
      const other = random.chance(0.1) ? random.integer(0, 2) : label;
      images.push({ label: other, source: patient % 2 === 0 ? 'a' : 'b', group: `p${patient}` });
    }
  }
  for (let index = 0; index < 300; index++) images.push({ label: index % 3, source: 'pbc', group: '' });
  return images.map((image, id) => ({ ...image, id }));
}

const countOf = (images: readonly Image[], label: number): number =>
  images.filter((image) => image.label === label).length;
const idsOf = (images: readonly Image[]): number[] => images.map(({ id }) => id);

describe('splitting by image', () => {
  it("gives the paper's 2,800 and 1,200, each class by its share", () => {
    const { train, validation, test } = splitImages(imagesOf(1500, 1500, 1000), PAPER);
    expect([train.length, validation.length, test.length]).toEqual([2800, 0, 1200]);
    expect([0, 1, 2].map((label) => countOf(test, label))).toEqual([450, 450, 300]);
  });

  it('takes the validation part out of the training part', () => {
    const { train, validation, test } = splitImages(imagesOf(100, 50), { ...PAPER, validationShare: 0.1 });
    expect([0, 1].map((label) => countOf(test, label))).toEqual([30, 15]);
    expect([0, 1].map((label) => countOf(validation, label))).toEqual([7, 4]);
    expect(train).toHaveLength(94);
  });

  it('puts every image into exactly one part, in the order given', () => {
    const images = imagesOf(40, 30, 20);
    const { train, validation, test } = splitImages(images, { ...PAPER, validationShare: 0.2 });
    const all = [...train, ...validation, ...test];
    expect(idsOf(all).sort((a, b) => a - b)).toEqual(idsOf(images));
    for (const part of [train, validation, test]) {
      expect(idsOf(part)).toEqual(idsOf(part).sort((a, b) => a - b));
    }
  });

  it('is the same for the same seed, and another for another', () => {
    const images = imagesOf(50, 50);
    expect(splitImages(images, PAPER)).toEqual(splitImages(images, PAPER));
    expect(splitImages(images, { ...PAPER, seed: 2 })).not.toEqual(splitImages(images, PAPER));
  });

  it('takes its share of every source too', () => {
    const images = imagesOf(60, 60).map((image) => ({
      ...image,
      source: image.id % 3 === 0 ? 'rare' : 'common',
    }));
    const { test } = splitImages(images, PAPER);
    expect(test.filter(({ source }) => source === 'rare')).toHaveLength(12);
  });

  it.each([[imagesOf(10, 1)], [imagesOf(1, 1)]])('refuses data when a class would be missing', (images) => {
    expect(() => splitImages(images, PAPER)).toThrow(
      expect.objectContaining({ code: 'data-split-unusable', kind: 'usage' }) as Error,
    );
  });
});

describe('splitting by group', () => {
  const options: SplitOptions = { by: 'group', testShare: 0.3, validationShare: 0.15, seed: 1 };

  it.each([1, 2, 3, 4, 5])(
    'never has a patient on both sides, and keeps near the shares (seed %i)',
    (seed) => {
      const images = patients(seed);
      const { train, validation, test } = splitImages(images, { ...options, seed });
      const groupsOf = (part: readonly Image[]): Set<string> =>
        new Set(part.filter(({ group }) => group !== '').map(({ source, group }) => `${source}/${group}`));
      const [a, b, c] = [train, validation, test].map(groupsOf) as [Set<string>, Set<string>, Set<string>];
      expect(new Set([...a, ...b, ...c]).size).toBe(a.size + b.size + c.size);
      for (const label of [0, 1, 2]) {
        const share = countOf(test, label) / countOf(images, label);
        expect(share).toBeGreaterThan(0.22);
        expect(share).toBeLessThan(0.38);
      }
    },
  );

  it('splits a source without patients by image', () => {
    const images = patients(1);
    const { test } = splitImages(images, options);
    expect(test.filter(({ source }) => source === 'pbc')).toHaveLength(90);
  });

  it('treats the same name in two sources as two patients', () => {
    const images = imagesOf(40, 40).map((image) => ({
      ...image,
      source: image.id % 2 === 0 ? 'a' : 'b',
      group: `p${Math.floor(image.id / 2) % 10}`,
    }));
    const { train, test } = splitImages(images, { ...options, validationShare: 0 });
    const sidesOf = (group: string): Set<string> =>
      new Set(
        [...train.map((image) => ['train', image] as const), ...test.map((image) => ['test', image] as const)]
          .filter(([, image]) => image.group === group)
          .map(([side]) => side),
      );
    const names = [...new Set(images.map(({ group }) => group))];
    expect(names.some((group) => sidesOf(group).size === 2)).toBe(true);
  });

  it('refuses one patient per class, who cannot be on both sides', () => {
    const images = imagesOf(10, 10).map((image) => ({ ...image, group: `p${image.label}` }));
    expect(() => splitImages(images, { ...options, validationShare: 0 })).toThrow(
      expect.objectContaining({ code: 'data-split-unusable' }) as Error,
    );
  });
});
