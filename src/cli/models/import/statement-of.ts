import type { Stated, Triple } from '../../../model/import/statement.js';
import { ONE_LINE, ONE_LINE_RULE } from '../../../text/one-line.js';
import { usageError, wordsOf } from '../../options.js';

/** The statements about a network, as the user typed them. */
export interface StatementValues {
  readonly classes: string;
  readonly 'input-size': number;
  readonly layout: string | undefined;
  readonly channels: string;
  readonly scale: number;
  readonly mean: string;
  readonly deviation: string;
  readonly 'output-is': string;
}

/** @throws SmearwatchError `usage` that names the option */
export function statementOf(values: StatementValues): Stated {
  const deviation = triple('deviation', values.deviation);
  if (deviation.includes(0)) throw usageError('--deviation divides, and must not be 0');
  return {
    classes: classesOf(values.classes),
    inputSize: values['input-size'],
    layout: layoutOf(values.layout),
    channels: values.channels === 'bgr' ? 'bgr' : 'rgb',
    scale: values.scale,
    mean: triple('mean', values.mean),
    deviation,
    outputIs: values['output-is'] === 'probabilities' ? 'probabilities' : 'logits',
  };
}

function layoutOf(text: string | undefined): Stated['layout'] {
  return text === 'nhwc' || text === 'nchw' ? text : undefined;
}

function classesOf(text: string): string[] {
  const classes = wordsOf('classes', text);
  if (classes.length < 2) throw usageError(`--classes "${text}" must be two or more names, separated by commas`);
  const odd = classes.find((name) => !ONE_LINE.test(name));
  if (odd !== undefined) throw usageError(`--classes: "${odd}" ${ONE_LINE_RULE}`);
  return classes;
}

function triple(option: string, text: string): Triple {
  const [first = NaN, second = NaN, third = NaN, ...more] = text.split(',').map(numberOf);
  if (more.length === 0 && [first, second, third].every(Number.isFinite)) return [first, second, third];
  throw usageError(
    `--${option} "${text}" must be three numbers, separated by commas`,
    `One for each channel, for instance --${option} 0.5,0.5,0.5.`,
  );
}

/** `Number` takes an empty text for 0. */
function numberOf(text: string): number {
  return text.trim() === '' ? NaN : Number(text);
}
