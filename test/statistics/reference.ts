import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { LabelledPrediction } from '../../src/evaluate/labelled-prediction.js';
import { Random } from '../../src/random.js';
import { predictionsOf } from '../../src/statistics/confusion.js';
import { rankImages, type Ranking } from '../../src/statistics/ranking.js';

/** Reads the results of scikit-learn, SciPy and statsmodels (scripts/reference-measures.py). */
export function readReference(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/measures/${name}.json`, import.meta.url), 'utf8'));
}

type Figure = number | null;

export interface ReferenceCase {
  readonly labels: number[];
  readonly probabilities: number[][];
  readonly weights: number[];
  readonly expected: {
    readonly confusion: number[][];
    readonly shareRight: Figure;
    readonly precision: Figure;
    readonly recall: Figure;
    readonly fMeasure: Figure;
    readonly accuracy: Figure;
    readonly quadraticLoss: Figure;
    readonly crossEntropy: Figure;
    readonly calibration: {
      readonly images: number[];
      readonly shareRight: number[];
      readonly confidence: number[];
      readonly expectedError: number;
    };
    readonly perClass: readonly {
      readonly precision: Figure;
      readonly recall: Figure;
      readonly fMeasure: Figure;
      readonly specificity: Figure;
      readonly accuracy: Figure;
      readonly rocArea: Figure;
      readonly weightedRocArea: Figure;
      readonly averagePrecision: Figure;
      readonly weightedAveragePrecision: Figure;
      readonly sensitivityAt: readonly { readonly threshold: Figure; readonly sensitivity: Figure }[];
      readonly rocCurve?: [number, number][];
      readonly precisionRecallCurve?: [number, number][];
    }[];
  };
}

export const CLASSES = ['a', 'b', 'c'];

export const CASES = [
  'balanced',
  'imbalanced',
  'perfect',
  'all-wrong',
  'ties',
  'never-predicted',
  'class-without-image',
  'one-image',
  'zero-and-one',
  'all-the-same',
] as const;

export function readCase(name: (typeof CASES)[number]): ReferenceCase {
  return readReference(`case-${name}`) as ReferenceCase;
}

/** Expects a figure within 1e-9 of the reference; if that is null, the figure must not be a number. */
export function expectFigure(figure: Figure | undefined, reference: Figure | undefined): void {
  expect(reference).toBeDefined();
  if (reference === null || reference === undefined) expect(figure ?? NaN).toBeNaN();
  else expect(Math.abs((figure ?? NaN) - reference), `${figure} instead of ${reference}`).toBeLessThan(1e-9);
}

export function expectFigures(figures: readonly number[], references: readonly number[]): void {
  expect(figures).toHaveLength(references.length);
  for (const [index, reference] of references.entries()) expectFigure(figures[index], reference);
}

export function rankCase({ labels, probabilities }: ReferenceCase, index: number): Ranking {
  return rankImages(
    probabilities.map((row) => row[index]!),
    labels.map((label) => label === index),
  );
}

export interface ImageSetOptions {
  readonly groups?: number;
  readonly classes?: number;
  /** Number of decimals; few decimals give ties. */
  readonly digits?: number;
  readonly skill?: number;
}

/** Images of random classes, and a model that tends to the right one. */
export function randomPredictions(
  seed: number,
  images: number,
  { groups = 0, classes = 3, digits = 6, skill = 1 }: ImageSetOptions = {},
): LabelledPrediction[] {
  const random = new Random(seed, 'predictions');
  return Array.from({ length: images }, (_, index) => {
    const label = random.integer(0, classes - 1);
    const raw = Array.from({ length: classes }, (_, at) =>
      Math.exp(random.normal() + (at === label ? skill : 0)),
    );
    const total = raw.reduce((sum, value) => sum + value, 0);
    return {
      file: `${label}/${String(index).padStart(5, '0')}.png`,
      sha256: index.toString(16).padStart(64, '0'),
      label,
      group: groups === 0 ? '' : `patient ${random.integer(1, groups)}`,
      by: '',
      probabilities: raw.map((value) => Number((value / total).toFixed(digits))),
    };
  });
}

export function caseAsPredictions(
  { labels, probabilities }: ReferenceCase,
  group = '',
): LabelledPrediction[] {
  return labels.map((label, index) => ({
    file: `${CLASSES[label]}/${index}.png`,
    sha256: index.toString(16).padStart(64, '0'),
    label,
    group,
    by: '',
    probabilities: probabilities[index]!,
  }));
}

export function predictedOf({ probabilities }: ReferenceCase): number[] {
  return predictionsOf(probabilities.flat(), CLASSES.length);
}
