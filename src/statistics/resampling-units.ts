/**
 * The units that a bootstrap draws: whole groups (patients), since images of one patient are similar and say
 * less than their number.
 */
export interface ResamplingUnits {
  /** The unit of each image, from 0. */
  readonly ofImage: Uint32Array;
  readonly count: number;
  /** Whether any image has a group; else every image is a unit. */
  readonly grouped: boolean;
}

/**
 * Assigns images to units.
 * @param groups one per image; an image whose group is unknown (empty) is a unit of its own
 */
export function resamplingUnits(groups: readonly string[]): ResamplingUnits {
  const units = new Map<string, number>();
  let count = 0;
  const ofImage = Uint32Array.from(groups, (group) => {
    const known = group === '' ? undefined : units.get(group);
    if (known !== undefined) return known;
    if (group !== '') units.set(group, count);
    return count++;
  });
  return { ofImage, count, grouped: units.size > 0 };
}
