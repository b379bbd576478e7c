import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs';
import { outputMisfit, quoted, unsupported } from '../failures.js';
import type { ImportStatement } from '../statement.js';

type BuiltLayer = layers.Layer;

/** Largest number of values in one layer's output for one image: 256 MB. AlexNet's largest has 290,400. */
const MAX_VALUES = 1 << 26;

/**
 * Checks what only the built network shows: the size of each layer's output, and whether the last layer is a
 * softmax.
 * @throws SmearwatchError `import-unsupported`, `import-output`
 */
export function checkBuilt(model: LayersModel, { outputIs }: ImportStatement): void {
  model.layers.forEach(checkLayer);
  if (outputIs === 'logits' && endsInSoftmax(model)) {
    // A second softmax would go unnoticed: its output consists of probabilities too, but they are almost
    // equal.
    throw outputMisfit(
      `its output ${quoted(model.outputs[0]?.sourceLayer.name)} already comes from a softmax`,
      'Use --output-is probabilities.',
    );
  }
}

function checkLayer(layer: BuiltLayer): void {
  if (isModel(layer)) layer.layers.forEach(checkLayer);
  for (const { shape } of layer.inboundNodes.flatMap(({ outputTensors }) => outputTensors)) {
    const [, ...sides] = shape;
    const values = sides.reduce((product: number, side) => product * (side ?? 1), 1);
    if (values <= MAX_VALUES) continue;
    throw unsupported(
      `the layer ${quoted(layer.name)} gives ${values} values for one image, and ${MAX_VALUES} are allowed`,
      'An image classifier of this kind needs far less memory: check what was exported.',
    );
  }
}

function endsInSoftmax({ outputs }: Pick<LayersModel, 'outputs'>): boolean {
  const last: BuiltLayer | undefined = outputs[0]?.sourceLayer;
  if (last === undefined) return false;
  if (isModel(last)) return endsInSoftmax(last);
  if (last.getClassName() === 'Softmax') return true;
  return last.getConfig()['activation'] === 'softmax';
}

function isModel(
  layer: BuiltLayer,
): layer is BuiltLayer & { layers: BuiltLayer[]; outputs: SymbolicTensor[] } {
  return 'layers' in layer && 'outputs' in layer;
}
