import { quoted, unreadable, unsupported } from '../failures.js';
import type { ModelJson, WeightSpec } from './read-model-json.js';

/** Largest size of all weights: AlexNet with 1,000 classes has 244 MB. */
const MAX_BYTES = 1 << 30;
const BYTES_PER_VALUE = 4;

export function bytesOf({ shape }: WeightSpec): number {
  return shape.reduce((product, side) => product * side, BYTES_PER_VALUE);
}

/**
 * Checks the declarations of the weights' manifest before any file is opened: float32, each name once, and no
 * more than a classifier has.
 * @throws SmearwatchError `import-unsupported`, `import-unreadable`
 */
export function checkWeights({ weightsManifest }: ModelJson): void {
  const weights = weightsManifest.flatMap((group) => group.weights);
  weights.forEach(checkType);
  const names = new Set(weights.map(({ name }) => name));
  if (names.size !== weights.length) {
    const twice = weights.find(
      ({ name }, index) => weights.findIndex((other) => other.name === name) < index,
    );
    throw unreadable(`weightsManifest names ${quoted(twice?.name)} twice`, undefined, 'Convert it again.');
  }
  const bytes = weights.reduce((sum, weight) => sum + bytesOf(weight), 0);
  if (bytes > MAX_BYTES) {
    throw unsupported(
      `it declares ${bytes} bytes of weights, and ${MAX_BYTES} are allowed`,
      'An image classifier of this kind is far smaller: check what was exported.',
    );
  }
}

function checkType({ name, dtype, quantization }: WeightSpec): void {
  if (quantization !== undefined && quantization !== null) {
    throw unsupported(
      `its weight ${quoted(name)} is quantised, and only float32 is supported`,
      'Convert it again without quantisation (--quantize_float16, --quantize_uint8, --quantize_uint16).',
    );
  }
  if (dtype !== 'float32') {
    throw unsupported(
      `its weight ${quoted(name)} is of ${quoted(dtype)}, and only float32 is supported`,
      'Build the network in float32 (Keras: without mixed precision), and convert it again.',
    );
  }
}
