import { SmearwatchError } from '../errors.js';
import { IMAGE_CHANNELS, IMAGE_SIDE } from '../images.js';
import { INPUT_NAME, OUTPUT_NAME } from './onnx/names.js';

/** The declaration of a graph's input or output: numbers are fixed sides, words are free ones. */
export interface ValueMetadata {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type?: string;
  readonly shape?: readonly (number | string)[];
}

/**
 * Compares the input that a graph declares with the contract's: `image` uint8 [N,256,256,3].
 * @returns whether the declaration is complete; if not, only a run can show whether it fits
 * @throws SmearwatchError `model-unloadable` at the first contradiction
 */
export function checkInput(inputs: readonly ValueMetadata[], modelFile: string): boolean {
  const sides = [IMAGE_SIDE, IMAGE_SIDE, IMAGE_CHANNELS];
  return isDeclared(checkValue('input', inputs, INPUT_NAME, 'uint8', sides), modelFile);
}

/**
 * Compares the output that a graph declares with the contract's, `probabilities` float32 [N, classes], like
 * `checkInput`.
 */
export function checkOutput(outputs: readonly ValueMetadata[], modelFile: string, classes: number): boolean {
  return isDeclared(checkValue('output', outputs, OUTPUT_NAME, 'float32', [classes]), modelFile);
}

function isDeclared(finding: string | boolean, modelFile: string): boolean {
  if (typeof finding !== 'string') return finding;
  throw new SmearwatchError('model-unloadable', `${modelFile} does not fit: ${finding}`, {
    hint: 'Import a foreign network with `smearwatch models import`, which puts the missing nodes in front of it.',
  });
}

/**
 * A sentence about a contradiction of the contract; without one, whether every side but the batch is fixed.
 */
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
  if (value.type !== type) return `${what} "${name}" is ${value.type ?? 'not a tensor'}, not ${type}`;
  const [batch, ...found] = value.shape ?? [];
  if (batch === undefined) return false;
  if (typeof batch === 'number') return `${what} "${name}" is fixed to batches of ${batch}`;
  const shape = `[N,${found.join()}], not [N,${sides.join()}]`;
  if (found.length !== sides.length) return `${what} "${name}" is ${shape}`;
  const isContradicted = found.some((side, index) => typeof side === 'number' && side !== sides[index]);
  if (isContradicted) return `${what} "${name}" is ${shape}`;
  return found.every((side) => typeof side === 'number');
}
