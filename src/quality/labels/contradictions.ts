import type { GivenLabel, LabelTarget } from '../../ledger/ledger.js';
import { labelsContradict } from './failures.js';

/**
 * Rejects a list in which one image has two classes: otherwise the last one would win unnoticed. The same
 * class twice is not a contradiction.
 * @param imageOf the image that a target means, if it is known: a path and a SHA-256 may mean the same one
 * @param nameOf names a label in the error, by its place in the list
 * @throws SmearwatchError `label-contradiction`
 */
export function refuseContradictions(
  given: readonly GivenLabel[],
  imageOf: (target: LabelTarget) => string | undefined,
  nameOf: (index: number) => string,
): void {
  const first = new Map<string, { readonly name: string; readonly index: number }>();
  given.forEach(({ target, label }, index) => {
    const key = imageOf(target) ?? JSON.stringify(target);
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, { name: label.class, index });
    else if (earlier.name !== label.class)
      throw labelsContradict(nameOf(earlier.index), nameOf(index), [earlier.name, label.class]);
  });
}
