import { predictionsOf } from '../../statistics/confusion.js';
import type { LabelledPrediction } from '../labelled-prediction.js';

/** An image that at least one model took for another class. */
export interface Mistake {
  /** Relative to the labelled folder, with `/`. */
  readonly file: string;
  readonly sha256: string;
  /** Index into the classes. */
  readonly label: number;
  /** The patient, and the value of the field that `--by` names; empty when unknown. */
  readonly group: string;
  readonly by: string;
  /** Answers of every model, right or wrong, in the models' order. */
  readonly answers: readonly Answer[];
}

export interface Answer {
  /** Reference to the model: `name@version`. */
  readonly model: string;
  /** Probabilities of the classes, in the order of the classes. */
  readonly probabilities: readonly number[];
}

/** Number of mistakes that the report shows; predictions.csv has the others. */
export const MISTAKES_SHOWN = 24;

/**
 * The mistakes with the highest confidence, over all models. The same predictions give the same images.
 * @param predictions of each model by `name@version`, of the same images
 */
export function worstMistakes(
  predictions: ReadonlyMap<string, readonly LabelledPrediction[]>,
  limit = MISTAKES_SHOWN,
): Mistake[] {
  const images = new Map<string, LabelledPrediction[]>();
  for (const list of predictions.values()) {
    for (const image of list) images.set(image.file, [...(images.get(image.file) ?? []), image]);
  }
  const models = [...predictions.keys()];
  return [...images.values()]
    .map((answers) => ({ answers, wrongness: Math.max(...answers.map(wrongnessOf)) }))
    .filter(({ wrongness }) => wrongness > 0)
    .sort((a, b) => b.wrongness - a.wrongness || compareFiles(a.answers, b.answers))
    .slice(0, limit)
    .flatMap(({ answers }) => toMistake(answers, models));
}

/** Index of the class with the largest probability, which the confusion matrix counts. */
export function predictedClass({ probabilities }: Pick<Answer, 'probabilities'>): number {
  return predictionsOf(probabilities, probabilities.length)[0] ?? 0;
}

/** The probability of the wrong class that won; 0 when the right class won. */
function wrongnessOf(prediction: LabelledPrediction): number {
  const predicted = predictedClass(prediction);
  return predicted === prediction.label ? 0 : (prediction.probabilities[predicted] ?? 0);
}

function compareFiles([a]: readonly LabelledPrediction[], [b]: readonly LabelledPrediction[]): number {
  return (a?.file ?? '') < (b?.file ?? '') ? -1 : 1;
}

function toMistake(predictions: readonly LabelledPrediction[], models: readonly string[]): Mistake[] {
  const [first] = predictions;
  if (first === undefined) return [];
  const { file, sha256, label, group, by } = first;
  const answers = predictions.map(({ probabilities }, index) => ({
    model: models[index] ?? '',
    probabilities,
  }));
  return [{ file, sha256, label, group, by, answers }];
}
