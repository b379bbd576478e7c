import { expect, it } from 'vitest';
import { classFMeasure, confusionOf, figuresOf } from '../../src/statistics/confusion.js';
import { specificityOf } from '../../src/statistics/specificity.js';
import { CASES, CLASSES, expectFigure, predictedOf, readCase } from './reference.js';

it.each(CASES)("specificity and every figure of the confusion matrix are scikit-learn's: %s", (name) => {
  const reference = readCase(name);
  const { expected } = reference;
  const matrix = confusionOf(reference.labels, predictedOf(reference), CLASSES.length);
  const figures = figuresOf(matrix);
  expect(matrix).toEqual(expected.confusion);
  for (const [index, wanted] of expected.perClass.entries()) {
    expectFigure(specificityOf(matrix, index), wanted.specificity);
    expectFigure(classFMeasure(matrix, index), wanted.fMeasure);
    expectFigure(figures.perClass[index]!.precision, wanted.precision);
    expectFigure(figures.perClass[index]!.recall, wanted.recall);
    expectFigure(figures.perClass[index]!.accuracy, wanted.accuracy);
  }
  expectFigure(figures.shareRight, expected.shareRight);
  expectFigure(figures.precision, expected.precision);
  expectFigure(figures.recall, expected.recall);
  expectFigure(figures.fMeasure, expected.fMeasure);
  expectFigure(figures.accuracy, expected.accuracy);
});

it('a confusion matrix of a resample counts each image by its weight', () => {
  expect(confusionOf([0, 0, 1], [0, 1, 1], 2, [3, 0, 2])).toEqual([
    [3, 0],
    [0, 2],
  ]);
});
