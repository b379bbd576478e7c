import type { SmearwatchError } from '../../../errors.js';
import { quoted, unreadable } from '../failures.js';
import { MODEL_KINDS } from './known-layers.js';
import type { LayerJson } from './topology.js';

/**
 * Orders a functional model's layers as tfjs does when it loads them. tfjs would wait without limit for an
 * input that never comes: from a layer that does not exist, or from one that waits for this one.
 * @throws SmearwatchError `import-unreadable`
 */
export function checkWiring(layers: readonly LayerJson[]): void {
  const made = new Map(layers.map((layer) => [nameOf(layer), hasNodeOfItsOwn(layer) ? 1 : 0]));
  if (made.size !== layers.length) throw miswired('two of its layers have the same name');
  let waiting = layers.flatMap((layer) =>
    layer.inbound_nodes.map((inputs) => ({ name: nameOf(layer), inputs })),
  );
  while (waiting.length > 0) {
    const left = waiting.filter(({ name, inputs }) => {
      if (!inputs.every(([from, node]) => (made.get(from) ?? 0) > node)) return true;
      made.set(name, (made.get(name) ?? 0) + 1);
      return false;
    });
    if (left.length === waiting.length) {
      const [first] = left;
      const from = first?.inputs.map(([layer]) => quoted(layer)).join(', ') ?? '';
      throw miswired(`the layer ${quoted(first?.name)} takes outputs that are never computed, from ${from}`);
    }
    waiting = left;
  }
}

/**
 * A layer's name; tfjs stores a layer under one of its two names and looks it up by the other, so both must
 * be equal.
 */
function nameOf({ name, config }: LayerJson): string {
  if (name !== undefined && name !== config.name) {
    throw miswired(`the layer ${quoted(name)} is called ${quoted(config.name)} in its own options`);
  }
  return config.name;
}

/** Whether the layer has an output before it is connected: inputs and models do. */
function hasNodeOfItsOwn({ class_name }: LayerJson): boolean {
  return class_name === 'InputLayer' || MODEL_KINDS.has(class_name);
}

function miswired(why: string): SmearwatchError {
  return unreadable(
    why,
    undefined,
    'Convert the network again, or save it again with tfjs; do not trust a file that no program wrote.',
  );
}
