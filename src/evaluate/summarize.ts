import { BOOTSTRAP, bootstrap, type BootstrapOptions } from '../statistics/bootstrap.js';
import { expectedCalibrationError, reliabilityBins } from '../statistics/calibration.js';
import { confusionOf, quadraticLoss } from '../statistics/confusion.js';
import { crossEntropy } from '../statistics/cross-entropy.js';
import { rankImages } from '../statistics/ranking.js';
import { sensitivityAt } from '../statistics/sensitivity-at.js';
import type { LabelledPrediction } from './labelled-prediction.js';
import type { Calibration, Estimate, ModelMetrics } from './metrics.js';
import { classMetrics, SPECIFICITIES, type MeasuredClass } from './summary/class-metrics.js';
import { bootstrapEstimate, shareEstimate } from './summary/estimates.js';
import { figureOrNull } from './summary/figure-or-null.js';
import { imageTableOf, type ImageTable } from './summary/image-table.js';
import { weightedFigures, type RankedClass, type WeightedFigures } from './summary/weighted-figures.js';

/**
 * Computes everything that `metrics.json` has on one model and a set of images. The order of the predictions
 * does not matter: the same images give the same document, to the last bit.
 * @param classes their names, in the order of the probabilities
 * @throws RangeError when a prediction does not fit the classes
 */
export function summarize(
  predictions: readonly LabelledPrediction[],
  classes: readonly string[],
  options: BootstrapOptions = BOOTSTRAP,
): ModelMetrics {
  const table = imageTableOf(predictions, classes.length);
  const { labels, predicted, probabilities } = table;
  const confusion = confusionOf(labels, predicted, classes.length);
  const ranked = classes.map((_, index) => rankClass(table, index));
  const once = new Uint8Array(labels.length).fill(1);
  const whole = weightedFigures(table, ranked, once);
  const resampled = bootstrap(table.units, (weights) => weightedFigures(table, ranked, weights), options);
  return {
    images: labels.length,
    confusion: confusion.map((row) => [...row]),
    ...overall(table, whole, resampled),
    quadraticLoss: figureOrNull(quadraticLoss(probabilities, labels, classes.length)),
    crossEntropy: figureOrNull(crossEntropy(probabilities, labels, classes.length)),
    perClass: measuredClasses(classes, ranked, whole, resampled).map((measured) =>
      classMetrics(table, confusion, measured),
    ),
    calibration: calibrationOf(table),
  };
}

function rankClass({ labels, probabilities, classes }: ImageTable, index: number): RankedClass {
  const ranking = rankImages(
    labels.map((_, image) => probabilities[image * classes + index] ?? 0),
    labels.map((label) => label === index),
  );
  return {
    ranking,
    thresholds: SPECIFICITIES.map((specificity) => sensitivityAt(ranking, specificity).threshold),
  };
}

function overall(
  { labels, predicted, units }: ImageTable,
  whole: WeightedFigures,
  resampled: readonly WeightedFigures[],
): Pick<ModelMetrics, 'shareRight' | 'precision' | 'recall' | 'accuracy' | 'fMeasure'> {
  const meanOf = (figure: 'precision' | 'recall' | 'accuracy' | 'fMeasure'): Estimate =>
    bootstrapEstimate(
      whole[figure],
      resampled.map((figures) => figures[figure]),
    );
  const isRight = (image: number): boolean => labels[image] === predicted[image];
  return {
    shareRight: shareEstimate(units, { of: () => true, hit: isRight }, () =>
      resampled.map((figures) => figures.shareRight),
    ),
    precision: meanOf('precision'),
    recall: meanOf('recall'),
    accuracy: meanOf('accuracy'),
    fMeasure: meanOf('fMeasure'),
  };
}

function measuredClasses(
  classes: readonly string[],
  ranked: readonly RankedClass[],
  whole: WeightedFigures,
  resampled: readonly WeightedFigures[],
): MeasuredClass[] {
  return classes.flatMap((name, index) => {
    const [ranks, figures] = [ranked[index], whole.perClass[index]];
    if (ranks === undefined || figures === undefined) return [];
    const draws = resampled.flatMap(({ perClass }) => perClass[index] ?? []);
    return [{ ...ranks, name, index, whole: figures, resampled: draws }];
  });
}

function calibrationOf({ probabilities, labels, classes }: ImageTable): Calibration {
  const bins = reliabilityBins(probabilities, labels, classes);
  return {
    expectedError: figureOrNull(expectedCalibrationError(bins)),
    bins: bins.map((bin) => ({
      ...bin,
      confidence: figureOrNull(bin.confidence),
      shareRight: figureOrNull(bin.shareRight),
    })),
  };
}
