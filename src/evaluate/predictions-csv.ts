import { stringify } from 'csv-stringify/sync';
import { predictionsOf } from '../statistics/confusion.js';
import type { LabelledPrediction } from './labelled-prediction.js';

export interface PredictionsTable {
  /** Names of the classes, in the order of the probabilities. */
  readonly classes: readonly string[];
  /** Predictions by `name@version`: the same images of each model, in the same order. */
  readonly predictions: ReadonlyMap<string, readonly LabelledPrediction[]>;
}

/**
 * Renders `predictions.csv` (RFC 4180): a line for each image, with every model's answer and all digits of
 * the probabilities, so that any figure of the report can be computed again elsewhere. `by` is the value of
 * the field that `--by` names; it and `group` are empty where unknown.
 *
 * Spreadsheets read a cell that begins with `=`, `+`, `-` or `@` as a formula. Such a cell, from a file name
 * or a manifest, gets an apostrophe in front.
 * @throws RangeError when the models did not see the same images in the same order
 */
export function predictionsCsv({ classes, predictions }: PredictionsTable): string {
  const models = [...predictions.keys()];
  const lists = [...predictions.values()];
  const header = [
    'file',
    'sha256',
    'by',
    'group',
    'label',
    ...models.flatMap((model) => columnsOf(model, classes)),
  ];
  const rows = (lists[0] ?? []).map((image, index) => [
    image.file,
    image.sha256,
    image.by,
    image.group,
    classes[image.label],
    ...lists.flatMap((list) => answerOf(list[index], image, classes)),
  ]);
  return stringify([header, ...rows], { escape_formulas: true, record_delimiter: 'windows' });
}

function columnsOf(model: string, classes: readonly string[]): string[] {
  return [`${model} predicted`, ...classes.map((name) => `${model} p(${name})`), `${model} right`];
}

function answerOf(
  answer: LabelledPrediction | undefined,
  image: LabelledPrediction,
  classes: readonly string[],
): (string | undefined)[] {
  if (answer?.file !== image.file)
    throw new RangeError(`the models did not see the same images: ${image.file}`);
  const predicted = predictionsOf(answer.probabilities, classes.length)[0] ?? 0;
  return [classes[predicted], ...answer.probabilities.map(String), String(predicted === image.label)];
}
