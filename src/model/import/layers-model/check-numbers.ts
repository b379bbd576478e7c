import { quoted, unsupported } from '../failures.js';
import type { LayerJson } from './topology.js';

/**
 * Largest number of units of a layer or side of a shape: the largest dense layers have some ten thousand
 * units.
 */
const MAX_NUMBER = 1 << 20;

/**
 * Rejects numbers that cannot be a size of a classifier's layer: tfjs allocates the memory before it compares
 * the numbers with the actual weights.
 * @throws SmearwatchError `import-unsupported`
 */
export function checkNumbers({ class_name: kind, config }: LayerJson): void {
  const layer = `${kind} ${quoted(config.name)}`;
  for (const [option, value] of Object.entries(config)) checkValue(value, option, layer);
}

/** Checks an option, its lists (shapes) included. Initialisers are skipped: their seeds may be any number. */
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
