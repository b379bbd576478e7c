import type { SmearwatchError } from '../../../errors.js';
import { inputMisfit, outputMisfit, quoted, unsupported } from '../failures.js';
import { checkNumbers } from './check-numbers.js';
import { checkWiring } from './check-wiring.js';
import { LAYER_KINDS, MODEL_KINDS } from './known-layers.js';
import { partsOf, type LayerJson, type ModelParts } from './topology.js';

/** Largest number of layers: the deepest classifiers that Keras ships have about a thousand. */
const MAX_LAYERS = 2000;

/**
 * Rejects, before TensorFlow reads it, a network with unknown layers, or with numbers and connections that no
 * program writes and that would keep tfjs busy without limit.
 * @returns how often each kind of layer occurs, those of models inside the model included
 * @throws SmearwatchError `import-unsupported`, `import-unreadable`, `import-input`, `import-output`
 */
export function checkTopology(modelTopology: Readonly<Record<string, unknown>>): Record<string, number> {
  // The Python converter puts the model next to the settings of its training.
  const parts = partsOf(modelTopology['model_config'] ?? modelTopology);
  checkEnds(parts);
  const kinds = kindsOf(parts);
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return Object.fromEntries([...counts].sort());
}

function kindsOf(parts: ModelParts): string[] {
  const kinds = parts.layers.flatMap((layer) => {
    if (MODEL_KINDS.has(layer.class_name)) return kindsOf(partsOf(layer));
    if (!LAYER_KINDS.has(layer.class_name)) throw unknownLayer(layer);
    checkNumbers(layer);
    return [layer.class_name];
  });
  if (kinds.length > MAX_LAYERS) {
    throw unsupported(
      `it has more than ${MAX_LAYERS} layers`,
      'An image classifier has fewer: check what was exported.',
    );
  }
  if (parts.kind === 'functional') checkWiring(parts.layers);
  return kinds;
}

function unknownLayer({ class_name: kind, config: { name } }: LayerJson): SmearwatchError {
  if (kind === 'Lambda') {
    return unsupported(
      `the layer ${quoted(name)} is a Lambda, whose program code is not in model.json`,
      'Build the network with standard layers in its place, or export it as ONNX.',
    );
  }
  return unsupported(
    `the layer ${quoted(name)} is of the kind ${quoted(kind)}, which is not one of the supported tfjs layers`,
    'Build the network with standard layers, without custom or recurrent ones, or export it as ONNX.',
  );
}

function checkEnds(parts: ModelParts): void {
  if (parts.kind === 'sequential') {
    checkFirst(parts.layers[0]);
    return;
  }
  const { inputs, outputs } = parts;
  if (inputs.length > 1) {
    throw inputMisfit(
      `it has ${inputs.length} inputs: ${list(inputs)}`,
      'Export the network so that an image is its only input.',
    );
  }
  if (outputs.length > 1) {
    throw outputMisfit(
      `it has ${outputs.length} outputs: ${list(outputs)}`,
      'Export the network so that one value per class is its only output.',
    );
  }
}

function checkFirst(first: LayerJson | undefined): void {
  if (first !== undefined && (MODEL_KINDS.has(first.class_name) || 'batch_input_shape' in first.config))
    return;
  throw inputMisfit(
    'it is a Sequential whose first layer does not state the shape of its input',
    'Build it with that shape (Keras: keras.Input(shape=(227, 227, 3)) as its first layer), and convert it again.',
  );
}

function list(names: readonly string[]): string {
  return names.slice(0, 5).map(quoted).join(', ');
}
