import type { Tensor } from '@tensorflow/tfjs';
import { IMAGE_BYTES } from '../../../../src/images.js';
import type { ImportStatement } from '../../../../src/model/import/statement.js';
import type { Tensorflow } from '../../../../src/model/tensorflow/load.js';

/**
 * The output of a saved network for an image, loaded from its files by tfjs itself, for an input that is
 * computed here by plain loops from the statement.
 */
export async function runDirectly(
  tf: Tensorflow,
  modelJson: string,
  image: Uint8Array,
  stated: Pick<ImportStatement, 'inputSize' | 'channels' | 'scale' | 'mean' | 'deviation'>,
): Promise<number[]> {
  const model = await tf.loadLayersModel(tf.io.fileSystem(modelJson));
  const side = stated.inputSize;
  const output = model.predict(tf.tensor(inputOf(image, stated), [1, side, side, 3])) as Tensor;
  const found = [...output.dataSync()];
  model.dispose();
  return found;
}

function inputOf(
  image: Uint8Array,
  { inputSize: side, channels, scale, mean, deviation }: Parameters<typeof runDirectly>[3],
): Float32Array {
  if (image.length !== IMAGE_BYTES) throw new RangeError('one image');
  const input = new Float32Array(side * side * 3);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      for (let c = 0; c < 3; c++) {
        const pixel = between(image, y, x, channels === 'rgb' ? c : 2 - c, 256 / side);
        input[(y * side + x) * 3 + c] = (pixel / scale - mean[c]!) / deviation[c]!;
      }
    }
  }
  return input;
}

/** Value between pixels: bilinear, half-pixel centres. */
function between(image: Uint8Array, y: number, x: number, c: number, ratio: number): number {
  const [top, down] = neighbours(y, ratio);
  const [left, right] = neighbours(x, ratio);
  const at = (row: number, column: number) => image[(row * 256 + column) * 3 + c]!;
  const above = at(top, left) * (1 - right) + at(top, Math.min(left + 1, 255)) * right;
  const below =
    at(Math.min(top + 1, 255), left) * (1 - right) +
    at(Math.min(top + 1, 255), Math.min(left + 1, 255)) * right;
  return above * (1 - down) + below * down;
}

/** The neighbour before a target pixel's centre, and the share of the one behind it. */
function neighbours(target: number, ratio: number): [number, number] {
  const source = Math.min(Math.max((target + 0.5) * ratio - 0.5, 0), 255);
  return [Math.floor(source), source - Math.floor(source)];
}
