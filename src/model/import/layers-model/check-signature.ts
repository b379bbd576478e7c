import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs';
import { inputMisfit, outputMisfit, quoted } from '../failures.js';
import type { ImportStatement } from '../statement.js';

/**
 * Compares the input and output of the built network with the statement.
 * @throws SmearwatchError `import-input`, `import-output`
 */
export function checkSignature({ inputs, outputs }: LayersModel, statement: ImportStatement): void {
  checkInput(inputs[0], statement);
  checkOutput(outputs[0], statement.classes.length);
}

function checkInput(input: SymbolicTensor | undefined, { inputSize }: ImportStatement): void {
  if (input === undefined)
    throw inputMisfit('it has no input', 'Export the network with an image as its input.');
  const name = quoted(input.sourceLayer.name);
  if (input.dtype !== 'float32') {
    throw inputMisfit(
      `its input ${name} is of ${input.dtype}`,
      'Build the network with an input of float32.',
    );
  }
  const [, ...found] = input.shape;
  if (fits(found, [inputSize, inputSize, 3])) return;
  throw inputMisfit(
    `its input ${name} is ${shown(input)}, not [N, ${inputSize}, ${inputSize}, 3]`,
    hintFor(found, inputSize),
  );
}

function hintFor(found: readonly (number | null)[], inputSize: number): string {
  const [height, width] = found;
  if (fits(found, [3, inputSize, inputSize])) {
    return 'A LayersModel must take its channels last: build it so (Keras: data_format channels_last).';
  }
  if (typeof width === 'number' && height === width && fits(found, [width, width, 3])) {
    return `Use --input-size ${width}.`;
  }
  return 'State its size with --input-size; it must take square images of three channels, channels last.';
}

function checkOutput(output: SymbolicTensor | undefined, classes: number): void {
  if (output === undefined) throw outputMisfit('it has no output', 'Export a classifier.');
  const name = quoted(output.sourceLayer.name);
  const [, ...sides] = output.shape;
  const wide = sides.filter((side) => side !== 1);
  if (sides.length === 0 || wide.length > 1 || wide.includes(null)) {
    throw outputMisfit(
      `its output ${name} is ${shown(output)}, not [N, ${classes}]`,
      'Export a classifier: one value per class and image.',
    );
  }
  const [values = 1] = wide;
  if (values !== classes) {
    throw outputMisfit(
      `its output ${name} has ${values ?? ''} values per image, and --classes names ${classes}`,
      'Name every class once, in the order of the outputs.',
    );
  }
}

/** Whether a shape matches; null is a free side. */
function fits(found: readonly (number | null)[], expected: readonly number[]): boolean {
  return (
    found.length === expected.length &&
    found.every((side, index) => side === null || side === expected[index])
  );
}

function shown({ shape }: SymbolicTensor): string {
  return `[${shape.map((side, index) => (index === 0 ? 'N' : (side ?? '?'))).join(', ')}]`;
}
