import { DATA_TYPE, type GraphProto, type ValueInfoProto } from '../onnx/proto.js';
import { inputMisfit, outputMisfit } from './failures.js';
import type { ImportStatement } from './statement.js';

/** Names of a foreign graph's only input and output. */
export interface Signature {
  readonly input: string;
  readonly output: string;
  /** Number of images of a batch, if the graph fixes it. */
  readonly batch: number | undefined;
}

/**
 * Compares the graph's declarations with the statement; a run checks what they leave open.
 * @throws SmearwatchError `import-input`, `import-output`
 */
export function checkSignature(graph: GraphProto, statement: ImportStatement): Signature {
  const input = onlyInput(graph);
  const shape = shapeOf(input);
  checkInput(input, shape, statement);
  const output = onlyOutput(graph);
  checkOutput(output, statement.classes.length);
  const [batch] = shape;
  return { input: input.name ?? '', output: output.name ?? '', batch: batch === 0 ? undefined : batch };
}

/** The only input that is not a weight: files of older exporters list their weights among the inputs, too. */
function onlyInput({ input = [], initializer = [] }: GraphProto): ValueInfoProto {
  const constants = new Set(initializer.map(({ name }) => name));
  const inputs = input.filter(({ name }) => !constants.has(name));
  const [first] = inputs;
  if (first !== undefined && inputs.length === 1) return first;
  throw inputMisfit(
    inputs.length === 0 ? 'it has no input' : `it has ${inputs.length} inputs: ${names(inputs)}`,
    'Export the network so that an image is its only input.',
  );
}

function onlyOutput({ output = [] }: GraphProto): ValueInfoProto {
  const [first] = output;
  if (first !== undefined && output.length === 1) return first;
  throw outputMisfit(
    output.length === 0 ? 'it has no output' : `it has ${output.length} outputs: ${names(output)}`,
    'Export the network so that one value per class is its only output.',
  );
}

function checkInput(
  { name = '', type }: ValueInfoProto,
  shape: readonly number[],
  { layout, inputSize }: ImportStatement,
): void {
  if (type?.tensor_type?.elem_type !== DATA_TYPE.float) {
    throw inputMisfit(`its input "${name}" is not of float32`, 'Export it in float32.');
  }
  const expected = sides(layout, inputSize);
  if (fits(shape, expected)) return;
  const other = layout === 'nchw' ? 'nhwc' : 'nchw';
  const found = shape.map((side) => (side === 0 ? 'N' : side)).join(', ');
  const size = shape[2];
  const hint = fits(shape, sides(other, inputSize))
    ? `Use --layout ${other}.`
    : fits(shape, sides(layout, size ?? 0))
      ? `Use --input-size ${size ?? ''}.`
      : 'State its size and layout with --input-size and --layout; it must take three channels.';
  throw inputMisfit(`its input "${name}" is [${found}], not [N, ${expected.join(', ')}]`, hint);
}

function sides(layout: ImportStatement['layout'], size: number): number[] {
  return layout === 'nchw' ? [3, size, size] : [size, size, 3];
}

/** Whether a shape matches; 0 is a free side. */
function fits([, ...found]: readonly number[], expected: readonly number[]): boolean {
  return found.length === 3 && found.every((side, index) => side === 0 || side === expected[index]);
}

function checkOutput(output: ValueInfoProto, classes: number): void {
  const name = output.name ?? '';
  if (output.type?.tensor_type?.elem_type !== DATA_TYPE.float) {
    throw outputMisfit(`its output "${name}" is not of float32`, 'Export the scores, not the chosen class.');
  }
  if (output.type.tensor_type.shape === undefined) return;
  const [, ...found] = shapeOf(output);
  const [values = 0, ...more] = found;
  if (values !== 0 && values !== classes) {
    throw outputMisfit(
      `its output "${name}" has ${values} values per image, and --classes names ${classes}`,
      'Name every class once, in the order of the outputs.',
    );
  }
  if (found.length === 0 || more.some((side) => side > 1)) {
    throw outputMisfit(
      `its output "${name}" is [N, ${found.join(', ')}], not [N, ${classes}]`,
      'Export a classifier: one value per class and image.',
    );
  }
}

/** Sides of a declared shape; 0 for a free side. */
function shapeOf({ type }: ValueInfoProto): number[] {
  return (type?.tensor_type?.shape?.dim ?? []).map(({ dim_value = 0 }) => Math.max(0, dim_value));
}

function names(values: readonly ValueInfoProto[]): string {
  return values
    .slice(0, 5)
    .map(({ name = '' }) => name)
    .join(', ');
}
