import type { GateConfig } from '../config/schema.js';
import type { FoundModel } from '../model/registry/in-use.js';
import { compareModels } from './compare-models.js';
import { checkGates } from './gates.js';
import type { LabelledPrediction } from './labelled-prediction.js';
import type { Comparison, EvaluatedModel, Metrics } from './metrics.js';
import { referenceOf } from './report/report-input.js';
import { summarizeBy } from './summarize-by.js';
import { summarize } from './summarize.js';

export interface MeasuredEvaluation extends Pick<Metrics, 'models' | 'comparisons' | 'gates'> {
  readonly notes: readonly string[];
}

export interface ToMeasure {
  readonly models: readonly FoundModel[];
  readonly classes: readonly string[];
  /** Predictions by `name@version`, in the models' order. */
  readonly predictions: ReadonlyMap<string, readonly LabelledPrediction[]>;
  readonly gates: readonly GateConfig[];
  /** Version that the label `production` points at, by model name. */
  readonly promoted: ReadonlyMap<string, string>;
}

/** Computes every figure: of each model, of each pair of models, and the results of the configured gates. */
export async function measure(
  { models, classes, predictions, gates, promoted }: ToMeasure,
  onModel: (done: number) => Promise<void>,
): Promise<MeasuredEvaluation> {
  const evaluated: EvaluatedModel[] = [];
  for (const { identity } of models) {
    await onModel(evaluated.length);
    const own = predictions.get(referenceOf(identity)) ?? [];
    evaluated.push({ ...identity, all: summarize(own, classes), by: summarizeBy(own, classes) });
  }
  const gated = evaluated.map(({ name, version, all }) => ({ name, version, metrics: all }));
  const { results, notes } = checkGates(gates, gated, promoted);
  return { models: evaluated, comparisons: compareAll(predictions), gates: [...results], notes };
}

function compareAll(predictions: ReadonlyMap<string, readonly LabelledPrediction[]>): Comparison[] {
  const all = [...predictions].map(([model, own]) => ({ model, predictions: own }));
  return all.flatMap((first, index) => all.slice(index + 1).map((second) => compareModels(first, second)));
}
