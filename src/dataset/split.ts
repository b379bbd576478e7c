import { splitUnusable } from './failures.js';
import { Random, shuffle } from '../random.js';

/** The properties of an image that a split uses. */
export interface Splittable {
  readonly label: number;
  readonly source: string;
  /** The patient; empty when unknown, in which case it is split at random. */
  readonly group: string;
}

export interface SplitOptions {
  /** `image`: every image separately, as in the paper. `group`: no patient is on both sides. */
  readonly by: 'image' | 'group';
  /** Share of all images for the test part, 0 < share < 1. The paper has 0.3. */
  readonly testShare: number;
  /** Share of the training part that is held back to choose the best epoch; 0: none. */
  readonly validationShare: number;
  readonly seed: number;
}

export interface Split<T> {
  readonly train: readonly T[];
  readonly validation: readonly T[];
  readonly test: readonly T[];
}

/**
 * Splits images, stratified by class and source and seeded, each part in the input's order.
 * @throws SmearwatchError `data-split-unusable` when a class would be missing from training or from the test.
 */
export function splitImages<T extends Splittable>(
  images: readonly T[],
  { by, testShare, validationShare, seed }: SplitOptions,
): Split<T> {
  const [test, rest] = takeShare(images, testShare, by, new Random(seed, 'test'));
  const [validation, train] = takeShare(rest, validationShare, by, new Random(seed, 'validation'));
  for (const label of new Set(images.map((image) => image.label))) {
    const has = (part: readonly T[]): boolean => part.some((image) => image.label === label);
    if (!has(train)) throw splitUnusable(`no image of class ${label + 1} is left for training`);
    if (!has(test)) throw splitUnusable(`no image of class ${label + 1} is left for the test`);
  }
  return { train, validation, test };
}

/** Divides images into two parts: [the share, the rest]. */
function takeShare<T extends Splittable>(
  images: readonly T[],
  share: number,
  by: SplitOptions['by'],
  random: Random,
): [T[], T[]] {
  const isGrouped = (image: T): boolean => by === 'group' && image.group !== '';
  const taken = new Set([
    ...takeGroups(images.filter(isGrouped), share, random),
    ...takeSingles(
      images.filter((image) => !isGrouped(image)),
      share,
      random,
    ),
  ]);
  return [images.filter((image) => taken.has(image)), images.filter((image) => !taken.has(image))];
}

/** Takes the share of every class and source, rounded; at least one if any is asked for and there are two. */
function takeSingles<T extends Splittable>(images: readonly T[], share: number, random: Random): T[] {
  return [...groupBy(images, ({ label, source }) => `${label}/${source}`).values()].flatMap((stratum) => {
    const wanted = Math.round(stratum.length * share);
    const count = share > 0 && stratum.length > 1 ? Math.max(1, wanted) : wanted;
    return shuffle(stratum, random).slice(0, count);
  });
}

/**
 * Takes whole groups, in random order, each if that brings the classes' counts nearer to their share: the sum
 * over the classes of ((taken − share·all)² / all) must fall.
 */
function takeGroups<T extends Splittable>(images: readonly T[], share: number, random: Random): T[] {
  const all = countLabels(images);
  const taken = new Map<number, number>();
  const distance = (more: ReadonlyMap<number, number>): number =>
    [...all].reduce((sum, [label, count]) => {
      const missed = (taken.get(label) ?? 0) + (more.get(label) ?? 0) - share * count;
      return sum + missed ** 2 / count;
    }, 0);
  const groups = [...groupBy(images, ({ group, source }) => `${source}/${group}`).values()];
  return shuffle(groups, random).flatMap((group) => {
    const counts = countLabels(group);
    if (distance(counts) >= distance(new Map())) return [];
    for (const [label, count] of counts) taken.set(label, (taken.get(label) ?? 0) + count);
    return group;
  });
}

function countLabels(images: readonly Splittable[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { label } of images) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
