import { quoted, unsupported } from '../failures.js';
import type { LayerJson } from './topology.js';

/** Units of a layer, sides of a shape: the largest dense layers have some ten thousand units. */
const MAX_NUMBER = 1 << 20;

/**
 * Refuses numbers that are no size of a classifier's layer: tfjs allocates what they say before it compares
 * them with the weights that are there.
 * @throws SmearwatchError `import-unsupported`
 */
export function checkNumbers({ class_name: kind, config }: LayerJson): void {
  const layer = `${kind} ${quoted(config.name)}`;
  for (const [option, value] of Object.entries(config)) checkValue(value, option, layer);
}

/** Options hold lists (shapes) and initialisers, whose seeds may be any number. */
function checkValue(value: unknown, option: string, layer: string): void {
  if (typeof value === 'number' && option !== 'seed' && Math.abs(value) > MAX_NUMBER) {
    throw unsupported(
      `the layer ${layer} has ${option} ${value}, and at most ${MAX_NUMBER} is allowed`,
      'An image classifier of this kind is far smaller: check what was exported.',
    );
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    checkValue(inner, Array.isArray(value) ? option : key, layer);
  }
}
