import { SmearwatchError } from '../../errors.js';
import { IMAGE_CHANNELS, IMAGE_SIDE } from '../../images.js';
import { INPUT_NAME, OUTPUT_NAME } from '../onnx/names.js';

/** What a graph declares of an input or output: numbers are fixed sides, words are free ones. */
export interface ValueMetadata {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type?: string;
  readonly shape?: readonly (number | string)[];
}

/**
 * Compares what a graph declares with the contract: `image` uint8 [N,256,256,3] → `probabilities` float32 [N, classes].
 * @returns whether it declares everything; if not, only running it can tell
 * @throws SmearwatchError `model-unloadable` at the first contradiction
 */
export function checkContract(
  inputs: readonly ValueMetadata[],
  outputs: readonly ValueMetadata[],
  modelFile: string,
  classes: number,
): boolean {
  const image = [IMAGE_SIDE, IMAGE_SIDE, IMAGE_CHANNELS];
  const checks = [
    checkValue('input', inputs, INPUT_NAME, 'uint8', image),
    checkValue('output', outputs, OUTPUT_NAME, 'float32', [classes]),
  ];
  const contradiction = checks.find((check) => typeof check === 'string');
  if (contradiction !== undefined) {
    throw new SmearwatchError(`${modelFile} does not fit: ${contradiction}`, {
      code: 'model-unloadable',
      hint: 'Import a foreign network with `smearwatch models import`, which puts the missing nodes in front of it.',
    });
  }
  return checks.every((check) => check === true);
}

/** A sentence on what contradicts the contract; otherwise whether every side but the batch is fixed. */
function checkValue(
  what: 'input' | 'output',
  values: readonly ValueMetadata[],
  name: string,
  type: string,
  sides: readonly number[],
): string | boolean {
  const value = values.find((candidate) => candidate.name === name);
  const names = values.map((candidate) => candidate.name).join(', ');
  if (value === undefined) return `it has no ${what} "${name}" (it has: ${names})`;
  if (what === 'input' && values.length > 1) return `it has more than one input (${names})`;
  if (value.type !== type) return `${what} "${name}" is ${value.type ?? 'no tensor'}, not ${type}`;
  const [batch, ...found] = value.shape ?? [];
  if (batch === undefined) return false;
  if (typeof batch === 'number') return `${what} "${name}" is fixed to batches of ${batch}`;
  const shape = `[N,${found.join()}], not [N,${sides.join()}]`;
  if (found.length !== sides.length) return `${what} "${name}" is ${shape}`;
  const isContradicted = found.some((side, index) => typeof side === 'number' && side !== sides[index]);
  if (isContradicted) return `${what} "${name}" is ${shape}`;
  return found.every((side) => typeof side === 'number');
}
